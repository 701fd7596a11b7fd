"""Sales: orders, units and revenue, one row of the fact an order."""

from datetime import datetime

import sqlalchemy as sa

from include.analytics.queries import stars
from include.analytics.queries.cube import Base

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
    currency, design = stars.table("dim_currency"), stars.table("dim_design")
    counterparty, location = stars.table("dim_counterparty"), stars.table("dim_location")
    staff = stars.table("dim_staff")
    # Of the dimensions the whole tables: an order keeps its customer even where the shop deleted that row. Every key
    # is there (foreign keys see to it), and PostgreSQL drops an outer join that nothing asked for.
    rows = (
        orders.outerjoin(currency, currency.c.currency_id == orders.c.currency_id)
        .outerjoin(design, design.c.design_id == orders.c.design_id)
        .outerjoin(counterparty, counterparty.c.counterparty_id == orders.c.counterparty_id)
        .outerjoin(location, location.c.location_id == orders.c.agreed_delivery_location_id)
        .outerjoin(staff, staff.c.staff_id == orders.c.sales_staff_id)
    )
    revenue = sa.func.sum(orders.c.units_sold * orders.c.unit_price)
    units = sa.func.sum(orders.c.units_sold)
    return Base(
        rows=rows,
        dimensions={
            "currency": currency.c.currency_code,
            "design": design.c.design_name,
            "counterparty": counterparty.c.counterparty_legal_name,
            "counterparty_country": counterparty.c.counterparty_legal_country,
            "delivery_country": location.c.country,
            "staff": staff.c.first_name + " " + staff.c.last_name,
            "department": staff.c.department_name,
            "office": staff.c.location,
        },
        dates={
            "created": orders.c.created_date,
            "delivery": orders.c.agreed_delivery_date,
            "payment": orders.c.agreed_payment_date,
        },
        measures={
            "orders": sa.func.count(),
            "units": units,
            "revenue": revenue,
            "average_price": sa.func.round(revenue / sa.func.nullif(units, 0), 4),
        },
    )
