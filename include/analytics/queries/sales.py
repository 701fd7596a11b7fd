"""Sales: orders, units and revenue, one row of the fact an order."""

from datetime import datetime

import sqlalchemy as sa

from include.analytics.queries import stars
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
    counterparty, staff = stars.table("dim_counterparty"), stars.table("dim_staff")
    currency, design, location = stars.table("dim_currency"), stars.table("dim_design"), stars.table("dim_location")
    seller, customer, place = orders.c.sales_staff_id, orders.c.counterparty_id, orders.c.agreed_delivery_location_id
    return Base(
        facts=orders,
        dimensions={
            "currency": Dimension(orders.c.currency_id, currency, stars.currency_code()),
            "design": Dimension(orders.c.design_id, design, design.c.design_name),
            "design_id": Dimension(orders.c.design_id, design, design.c.design_id),
            "counterparty": Dimension(customer, counterparty, counterparty.c.counterparty_legal_name),
            "counterparty_id": Dimension(customer, counterparty, counterparty.c.counterparty_id),
            "counterparty_country": Dimension(customer, counterparty, counterparty.c.counterparty_legal_country),
            "delivery_country": Dimension(place, location, location.c.country),
            "staff": Dimension(seller, staff, staff.c.first_name + " " + staff.c.last_name),
            "staff_id": Dimension(seller, staff, staff.c.staff_id),
            "department": Dimension(seller, staff, staff.c.department_name),
            "office": Dimension(seller, staff, staff.c.location),
        },
        together={
            "design_id": ("design", "design_id"),
            "counterparty": ("counterparty", "counterparty_id"),
            "staff": ("staff", "staff_id"),
        },
        dates={
            "created": orders.c.created_date,
            "delivery": orders.c.agreed_delivery_date,
            "payment": orders.c.agreed_payment_date,
        },
        sums={
            "orders": sa.func.count(),
            "units": sa.func.sum(orders.c.units_sold),
            "revenue": sa.func.sum(orders.c.units_sold * orders.c.unit_price),
        },
        distinct={"employees": "staff_id"},
        ratios={"average_price": ("revenue", "units", 4), "revenue_per_employee": ("revenue", "employees", 2)},
        share="revenue",
    )
