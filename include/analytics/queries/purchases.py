"""Purchases: orders, quantity and spend, one row of the fact an order."""

from datetime import datetime

import sqlalchemy as sa

from include.analytics.queries import stars, trade
from include.analytics.queries.cube import Base, Dimension

TABLES = ("fact_purchase_order", "dim_counterparty", "dim_currency", "dim_location", "dim_staff")
"""What answers about purchases depend on."""


def base(as_of: datetime | None) -> Base:
    """Purchase orders as they stand now, or stood at a moment, with the latest values of their dimensions."""
    orders = stars.as_of("fact_purchase_order", as_of)
    firm, supplier = stars.table("dim_counterparty"), orders.c.counterparty_id
    return Base(
        facts=orders,
        dimensions={
            **trade.dimensions(orders, orders.c.staff_id),
            "supplier": Dimension(supplier, firm, firm.c.counterparty_legal_name),
            "supplier_id": Dimension(supplier, firm, firm.c.counterparty_id),
            "supplier_country": Dimension(supplier, firm, firm.c.counterparty_legal_country),
            "item": Dimension(orders.c.item_code),
        },
        together={"supplier": ("supplier", "supplier_id"), "staff": ("staff", "staff_id")},
        dates=trade.dates(orders),
        sums={
            "orders": sa.func.count(),
            "quantity": sa.func.sum(orders.c.item_quantity),
            "spend": sa.func.sum(orders.c.item_quantity * orders.c.item_unit_price),
        },
        ratios={"average_price": ("spend", "quantity", 4)},
        share="spend",
    )
