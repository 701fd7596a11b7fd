"""`dim_transaction`: what joins a payment to the order it pays."""

from include.catalog.model import INTEGER, TEXT, Column, Table
from include.catalog.totesys.source_tables import TRANSACTION

DIM_TRANSACTION = Table(
    name="dim_transaction",
    description="What joins a payment to the sales or purchase order that it pays.",
    grain="one transaction, as of now",
    natural_key=("transaction_id",),
    driving=TRANSACTION,
    columns=(
        Column(name="transaction_id", type=INTEGER, description="The shop's number of the transaction."),
        Column(name="transaction_type", type=TEXT, allowed=("SALE", "PURCHASE"), description="SALE or PURCHASE."),
        Column(
            name="sales_order_id",
            type=INTEGER,
            nullable=True,
            description="The sales order paid, for a sale.",
        ),
        Column(
            name="purchase_order_id",
            type=INTEGER,
            nullable=True,
            description="The purchase order paid, for a purchase.",
        ),
    ),
)
