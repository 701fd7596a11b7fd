"""`dim_payment_type`: receipts, refunds and payments."""

from include.catalog.model import INTEGER, TEXT, Column, Table
from include.catalog.totesys.source_tables import PAYMENT_TYPE

DIM_PAYMENT_TYPE = Table(
    name="dim_payment_type",
    description="The kinds of payment: receipts and refunds of sales, payments and refunds of purchases.",
    grain="one kind of payment, as of now",
    natural_key=("payment_type_id",),
    driving=PAYMENT_TYPE,
    columns=(
        Column(name="payment_type_id", type=INTEGER, description="The shop's number of the kind."),
        Column(
            name="payment_type_name",
            type=TEXT,
            allowed=("SALES_RECEIPT", "SALES_REFUND", "PURCHASE_PAYMENT", "PURCHASE_REFUND"),
            description="For example SALES_RECEIPT or PURCHASE_PAYMENT.",
        ),
    ),
)
