"""What a dimension's members are called, for whoever reads ids."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from include.analytics.queries import stars
from include.analytics.reading import Row, Snapshot
from include.catalog import TABLES, Table

Names = Mapping[str, Mapping[Any, str]]
"""By dimension, by key: the member's name."""

_CALLED: Mapping[str, Callable[[sa.Table], sa.ColumnElement[Any]]] = {
    "dim_counterparty": lambda member: member.c.counterparty_legal_name,
    "dim_currency": lambda _: stars.currency_code(),
    "dim_design": lambda member: member.c.design_name,
    "dim_location": lambda member: member.c.city + ", " + member.c.country,
    "dim_payment_type": lambda member: member.c.payment_type_name,
    "dim_staff": lambda member: member.c.first_name + " " + member.c.last_name,
    "dim_transaction": lambda member: member.c.transaction_type,
}


def names(snapshot: Snapshot, table: Table, rows: Iterable[Row]) -> Names:
    """The names of all members that these rows of a table refer to, as they are called now."""
    wanted: dict[str, set[Any]] = {}
    for row in rows:
        for column in table.columns:
            dimension, key = column.references, row[column.name]
            if dimension is not None and dimension in _CALLED and key is not None:
                wanted.setdefault(dimension, set()).add(key)
    return {dimension: _named(snapshot, dimension, keys) for dimension, keys in wanted.items()}


def _named(snapshot: Snapshot, dimension: str, keys: set[Any]) -> dict[Any, str]:
    member = stars.table(dimension)
    (name,) = TABLES[dimension].natural_key
    called = _CALLED[dimension](member).label("called")
    found = snapshot.rows(sa.select(member.c[name].label("key"), called).where(member.c[name].in_(sorted(keys))))
    return {row["key"]: row["called"] for row in found}
