"""What the filters of sales, purchases and payments can be set to."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from include.analytics.queries import stars
from include.analytics.queries.cube import Expression

TABLES = ("dim_counterparty", "dim_currency", "dim_design", "dim_location", "dim_staff")
"""What the choices depend on."""


def statement() -> sa.CompoundSelect[Any]:
    """A row a filter and value, with the text that people know it by; rows that the shop deleted are among them."""
    return sa.union_all(*_selects()).order_by(sa.literal_column("1"), sa.literal_column("3"), sa.literal_column("2"))


def _selects() -> Iterator[sa.Select[Any]]:
    currency, design, location = stars.table("dim_currency"), stars.table("dim_design"), stars.table("dim_location")
    firm, staff = stars.table("dim_counterparty"), stars.table("dim_staff")
    name, country = firm.c.counterparty_legal_name, firm.c.counterparty_legal_country
    person = staff.c.first_name + " " + staff.c.last_name
    yield _select("currency", stars.currency_code(), stars.currency_code() + ", " + currency.c.currency_name)
    yield _select("counterparty_id", firm.c.counterparty_id, name + " (" + country + ")")
    yield _select("counterparty_country", country, country)
    yield _select("delivery_country", location.c.country, location.c.country)
    yield _select("staff_id", staff.c.staff_id, person + " (" + staff.c.department_name + ")")
    yield _select("department", staff.c.department_name, staff.c.department_name)
    yield _select("office", staff.c.location, staff.c.location)
    count = sa.func.count()
    shared = sa.case((count > 1, " (" + sa.cast(count, sa.Text()) + " designs)"), else_="")
    yield _select("design", design.c.design_name, design.c.design_name + shared).group_by(design.c.design_name)


def _select(name: str, value: Expression, label: Expression) -> sa.Select[Any]:
    texts = [sa.literal(name), sa.cast(value, sa.Text()), label]
    columns = [text.label(key) for text, key in zip(texts, ("filter", "value", "label"), strict=True)]
    return sa.select(*columns).distinct()
