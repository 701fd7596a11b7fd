"""`fact_sales_order`: every version of every sales order."""

from include.catalog.model import INTEGER, MONEY, Column, Table
from include.catalog.totesys.columns import (
    COUNTERPARTY_KEY,
    CURRENCY_KEY,
    DELIVERY_LOCATION_KEY,
    agreed_date,
    dimension_key,
    version_columns,
)
from include.catalog.totesys.source_tables import SALES_ORDER

FACT_SALES_ORDER = Table(
    name="fact_sales_order",
    description="Sales orders, with every version that the pipeline saw of each.",
    grain="one version of one sales order",
    history="versions",
    record_id="sales_record_id",
    natural_key=("sales_order_id",),
    driving=SALES_ORDER,
    split_rows=500_000,
    columns=(
        Column(name="sales_order_id", type=INTEGER, description="The shop's number of the order."),
        *version_columns(),
        dimension_key("sales_staff_id", "dim_staff", "Who sold it.", source="staff_id"),
        COUNTERPARTY_KEY,
        Column(name="units_sold", type=INTEGER, description="How many totes were sold."),
        Column(name="unit_price", type=MONEY, description="The price of one, in the order's currency."),
        CURRENCY_KEY,
        dimension_key("design_id", "dim_design", "What is printed on the totes."),
        agreed_date("agreed_payment_date", "The day on which payment is due."),
        agreed_date("agreed_delivery_date", "The day on which delivery is due."),
        DELIVERY_LOCATION_KEY,
    ),
)
