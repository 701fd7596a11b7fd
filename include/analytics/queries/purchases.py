"""Purchases: orders, quantity and spend, one row of the fact an order."""

from datetime import datetime

import sqlalchemy as sa

from include.analytics.queries import stars
from include.analytics.queries.cube import Base, Dimension

TABLES = ("fact_purchase_order", "dim_counterparty", "dim_currency", "dim_location", "dim_staff")
"""What answers about purchases depend on."""


def base(as_of: datetime | None) -> Base:
    """Purchase orders as they stand now, or stood at a moment, with the latest values of their dimensions."""
    orders = stars.as_of("fact_purchase_order", as_of)
    firm, staff = stars.table("dim_counterparty"), stars.table("dim_staff")
    currency, location = stars.table("dim_currency"), stars.table("dim_location")
    buyer, supplier, place = orders.c.staff_id, orders.c.counterparty_id, orders.c.agreed_delivery_location_id
    return Base(
        facts=orders,
        dimensions={
            "currency": Dimension(orders.c.currency_id, currency, stars.currency_code()),
            "supplier": Dimension(supplier, firm, firm.c.counterparty_legal_name),
            "supplier_id": Dimension(supplier, firm, firm.c.counterparty_id),
            "supplier_country": Dimension(supplier, firm, firm.c.counterparty_legal_country),
            "item": Dimension(orders.c.item_code),
            "delivery_country": Dimension(place, location, location.c.country),
            "staff": Dimension(buyer, staff, staff.c.first_name + " " + staff.c.last_name),
            "staff_id": Dimension(buyer, staff, staff.c.staff_id),
            "department": Dimension(buyer, staff, staff.c.department_name),
            "office": Dimension(buyer, staff, staff.c.location),
        },
        together={"supplier": ("supplier", "supplier_id"), "staff": ("staff", "staff_id")},
        dates={
            "created": orders.c.created_date,
            "delivery": orders.c.agreed_delivery_date,
            "payment": orders.c.agreed_payment_date,
        },
        sums={
            "orders": sa.func.count(),
            "quantity": sa.func.sum(orders.c.item_quantity),
            "spend": sa.func.sum(orders.c.item_quantity * orders.c.item_unit_price),
        },
        ratios={"average_price": ("spend", "quantity", 4)},
        share="spend",
    )
