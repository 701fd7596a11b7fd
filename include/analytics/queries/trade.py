"""What sales and purchases can both be grouped, filtered and dated by."""

from collections.abc import Mapping

import sqlalchemy as sa

from include.analytics.queries import stars
from include.analytics.queries.cube import Dimension, Expression


def dimensions(orders: sa.FromClause, person: Expression) -> Mapping[str, Dimension]:
    """The currency, where an order is delivered, and who sold or bought it: ``person`` is the order's column."""
    currency, location, staff = (stars.table(f"dim_{name}") for name in ("currency", "location", "staff"))
    return {
        "currency": Dimension(orders.c.currency_id, currency, stars.currency_code()),
        "delivery_country": Dimension(orders.c.agreed_delivery_location_id, location, location.c.country),
        "staff": Dimension(person, staff, staff.c.first_name + " " + staff.c.last_name),
        "staff_id": Dimension(person, staff, staff.c.staff_id),
        "department": Dimension(person, staff, staff.c.department_name),
        "office": Dimension(person, staff, staff.c.location),
    }


def dates(orders: sa.FromClause) -> Mapping[str, Expression]:
    """The days of an order that a period is cut from."""
    return {
        "created": orders.c.created_date,
        "delivery": orders.c.agreed_delivery_date,
        "payment": orders.c.agreed_payment_date,
    }
