"""Sales: orders, units and revenue, one row of the fact an order."""

from datetime import datetime

import sqlalchemy as sa

from include.analytics.queries import stars, trade
from include.analytics.queries.cube import Base, Dimension

TABLES = (
    "fact_sales_order",
    "dim_counterparty",
    "dim_currency",
    "dim_design",
    "dim_location",
    "dim_staff",
)
"""What answers about sales depend on."""


def base(as_of: datetime | None) -> Base:
    """Sales orders as they stand now, or stood at a moment, with the latest values of their dimensions."""
    orders = stars.as_of("fact_sales_order", as_of)
    counterparty, design = stars.table("dim_counterparty"), stars.table("dim_design")
    customer = orders.c.counterparty_id
    return Base(
        facts=orders,
        dimensions={
            **trade.dimensions(orders, orders.c.sales_staff_id),
            "design": Dimension(orders.c.design_id, design, design.c.design_name),
            "design_id": Dimension(orders.c.design_id, design, design.c.design_id),
            "counterparty": Dimension(customer, counterparty, counterparty.c.counterparty_legal_name),
            "counterparty_id": Dimension(customer, counterparty, counterparty.c.counterparty_id),
            "counterparty_country": Dimension(customer, counterparty, counterparty.c.counterparty_legal_country),
        },
        together={
            "design_id": ("design", "design_id"),
            "counterparty": ("counterparty", "counterparty_id"),
            "staff": ("staff", "staff_id"),
        },
        dates=trade.dates(orders),
        sums={
            "orders": sa.func.count(),
            "units": sa.func.sum(orders.c.units_sold),
            "revenue": sa.func.sum(orders.c.units_sold * orders.c.unit_price),
        },
        distinct={"employees": "staff_id"},
        ratios={"average_price": ("revenue", "units", 4), "revenue_per_employee": ("revenue", "employees", 2)},
        share="revenue",
    )
