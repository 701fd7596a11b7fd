"""Aggregations: rows of a fact, grouped by some of its dimensions, measured, and never across currencies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

Expression = sa.ColumnElement[Any]
PERIODS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Base:
    """The rows that a cube is made of: where they come from, and what they can be grouped, filtered and measured by.

    ``dimensions`` are by name the texts or ids that rows can be grouped by; a currency is always one of them.
    ``dates`` are the dates that a period is cut from; ``measures`` the aggregates.
    """

    rows: sa.FromClause
    dimensions: Mapping[str, Expression]
    dates: Mapping[str, Expression]
    measures: Mapping[str, Expression]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of a cube: all names come from its allow-lists, all values are bound.

    ``period`` cuts ``date`` into days, weeks (from Monday), months, quarters or years; ``since`` and ``until`` are
    days, both included. ``top`` keeps the greatest of ``order`` in each currency.
    """

    by: Sequence[str] = ()
    period: str | None = None
    date: str = "created"
    since: Any = None
    until: Any = None
    where: Mapping[str, Sequence[Any]] | None = None
    as_of: datetime | None = None
    order: str | None = None
    top: int | None = None


def aggregated(base_of: Callable[[datetime | None], Base], asked: Asked) -> sa.Select[Any]:
    """The statement that answers: a row a currency, period and group, with every measure, in a stable order."""
    base = base_of(asked.as_of)
    keys = _keys(base, asked)
    measures = [measure.label(name) for name, measure in base.measures.items()]
    statement = sa.select(*keys, *measures).select_from(base.rows).where(*_conditions(base, asked))
    statement = statement.group_by(*(key.element for key in keys))
    if asked.top is None:
        return statement.order_by(*(sa.literal_column(str(number)) for number in range(1, len(keys) + 1)))
    return _greatest(statement, asked, [key.name for key in keys])


def _keys(base: Base, asked: Asked) -> list[sa.Label[Any]]:
    keys = [base.dimensions["currency"].label("currency")]
    if asked.period is not None:
        # The unit is a name of the allow-list; as text it is one expression for SELECT and GROUP BY.
        unit: Expression = sa.literal_column(f"'{_period(asked.period)}'")
        keys.append(sa.cast(sa.func.date_trunc(unit, base.dates[asked.date]), sa.Date()).label("period"))
    return [*keys, *(base.dimensions[name].label(name) for name in asked.by if name != "currency")]


def _period(name: str) -> str:
    return PERIODS[PERIODS.index(name)]


def _conditions(base: Base, asked: Asked) -> list[Expression]:
    day = base.dates[asked.date]
    wanted = {name: values for name, values in (asked.where or {}).items() if values}
    conditions: list[Expression] = [base.dimensions[name].in_(values) for name, values in wanted.items()]
    if asked.since is not None:
        conditions.append(day >= asked.since)
    if asked.until is not None:
        conditions.append(day <= asked.until)
    return conditions


def _greatest(statement: sa.Select[Any], asked: Asked, keys: Sequence[str]) -> sa.Select[Any]:
    groups = statement.subquery("groups")
    measure = groups.c[str(asked.order)].desc()
    names = [groups.c[key] for key in keys]
    rank = sa.func.row_number().over(partition_by=groups.c.currency, order_by=[measure, *names]).label("rank")
    ranked = sa.select(groups, rank).subquery("ranked")
    columns = [column for column in ranked.c if column.name != "rank"]
    return sa.select(*columns).where(ranked.c.rank <= asked.top).order_by(ranked.c.currency, ranked.c.rank)
