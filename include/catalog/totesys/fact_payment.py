"""`fact_payment`: every version of every payment."""

from include.catalog.model import BOOLEAN, INTEGER, MONEY_UNBOUNDED, Column, Table
from include.catalog.totesys.columns import (
    COUNTERPARTY_KEY,
    CURRENCY_KEY,
    agreed_date,
    dimension_key,
    version_columns,
)
from include.catalog.totesys.source_tables import PAYMENT

FACT_PAYMENT = Table(
    name="fact_payment",
    description="Payments in and out, with every version that the pipeline saw of each. Bank account numbers stay out.",
    grain="one version of one payment",
    history="versions",
    record_id="payment_record_id",
    natural_key=("payment_id",),
    driving=PAYMENT,
    columns=(
        Column(name="payment_id", type=INTEGER, description="The shop's number of the payment."),
        *version_columns(),
        dimension_key("transaction_id", "dim_transaction", "The transaction, which names the order that is paid."),
        COUNTERPARTY_KEY,
        Column(name="payment_amount", type=MONEY_UNBOUNDED, description="The amount, in the payment's currency."),
        CURRENCY_KEY,
        dimension_key("payment_type_id", "dim_payment_type", "A receipt, a payment, or a refund of one."),
        Column(name="paid", type=BOOLEAN, description="Whether it was paid."),
        agreed_date("payment_date", "The day on which it is due."),
    ),
)
