"""`fact_purchase_order`: every version of every purchase order."""

from include.catalog.model import INTEGER, MONEY_UNBOUNDED, TEXT, Column, Table
from include.catalog.totesys.columns import (
    COUNTERPARTY_KEY,
    CURRENCY_KEY,
    DELIVERY_LOCATION_KEY,
    agreed_date,
    dimension_key,
    version_columns,
)
from include.catalog.totesys.source_tables import PURCHASE_ORDER

FACT_PURCHASE_ORDER = Table(
    name="fact_purchase_order",
    description="Purchase orders, with every version that the pipeline saw of each.",
    grain="one version of one purchase order",
    history="versions",
    record_id="purchase_record_id",
    natural_key=("purchase_order_id",),
    driving=PURCHASE_ORDER,
    columns=(
        Column(name="purchase_order_id", type=INTEGER, description="The shop's number of the order."),
        *version_columns(),
        dimension_key("staff_id", "dim_staff", "Who bought it."),
        COUNTERPARTY_KEY,
        Column(name="item_code", type=TEXT, description="The supplier's code of the item."),
        Column(name="item_quantity", type=INTEGER, description="How many were bought."),
        Column(
            name="item_unit_price",
            type=MONEY_UNBOUNDED,
            description="The price of one, in the order's currency.",
        ),
        CURRENCY_KEY,
        agreed_date("agreed_delivery_date", "The day on which delivery is due."),
        agreed_date("agreed_payment_date", "The day on which payment is due."),
        DELIVERY_LOCATION_KEY,
    ),
)
