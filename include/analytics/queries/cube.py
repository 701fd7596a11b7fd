"""Aggregations: rows of a fact, grouped by some of its dimensions, measured, and never across currencies.

The fact's rows are first summed by their keys, then told by what the dimensions say of the keys: so two million rows
are neither joined nor grouped by text.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

Expression = sa.ColumnElement[Any]
PERIODS = ("day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Dimension:
    """What rows can be grouped and filtered by: a value of the fact's row, or what a joined table says of its key.

    ``own`` is the fact's value or key; ``told`` a value of ``table``, which is joined by its primary key.
    """

    own: Expression
    table: sa.Table | None = None
    told: Expression | None = None

    def label(self, name: str) -> str:
        """The name of ``own`` in the sums; dimensions of one table share it."""
        return name if self.table is None else self.table.name

    def among(self, values: Sequence[Any]) -> Expression:
        """That a row of the fact has one of these values."""
        if self.table is None or self.told is None:
            return self.own.in_(values)
        return self.own.in_(sa.select(_key(self.table)).where(self.told.in_(values)))


@dataclass(frozen=True, kw_only=True)
class Base:
    """The rows that a cube is made of: where they come from, and what they can be grouped, filtered and measured by.

    ``facts`` are the rows; ``dimensions`` by name, a currency always among them; ``together`` names those that are
    told apart by an id besides their name; ``dates`` are what a period is cut from; ``sums`` what is added up.
    ``distinct`` counts a dimension's values, where it is wanted for; ``ratios`` divide one measure by another, to so
    many decimals; ``share`` is the measure that the share of the whole is of; ``running`` the measure that is summed
    up period after period, as `<measure>_to_date`.
    """

    facts: sa.FromClause
    dimensions: Mapping[str, Dimension]
    dates: Mapping[str, Expression]
    sums: Mapping[str, Expression]
    together: Mapping[str, Sequence[str]] = field(default_factory=dict)
    distinct: Mapping[str, str] = field(default_factory=dict)
    ratios: Mapping[str, tuple[str, str, int]] = field(default_factory=dict)
    share: str | None = None
    running: str | None = None


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is wanted of a cube: all names come from its allow-lists, all values are bound.

    ``period`` cuts ``date`` into days, weeks (from Monday), months, quarters or years; ``since`` and ``until`` are
    days, both included. ``top`` keeps, in each currency, the groups that are the greatest by ``order`` over all
    periods together. ``distinct`` names counts of the base.
    """

    date: str
    by: Sequence[str] = ()
    period: str | None = None
    since: Any = None
    until: Any = None
    where: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    order: str | None = None
    top: int | None = None
    distinct: Sequence[str] = ()


def aggregated(base: Base, wanted: Wanted) -> sa.Select[Any]:
    """The statement that answers: a row a currency, period and group, with every measure, in a stable order."""
    keys = _key_names(base, wanted)
    groups = _groups(base, wanted, keys).subquery("groups")
    columns = [*groups.c, *_related(base, wanted, groups, keys)]
    if wanted.top is None:
        return sa.select(*columns).order_by(*(groups.c[name] for name in keys))
    return _greatest(base, wanted, groups, columns, keys)


def _key_names(base: Base, wanted: Wanted) -> list[str]:
    named = [one for name in wanted.by for one in base.together.get(name, (name,))]
    period = ["period"] if wanted.period is not None else []
    return list(dict.fromkeys(["currency", *period, *named]))


def _groups(base: Base, wanted: Wanted, keys: Sequence[str]) -> sa.Select[Any]:
    """The sums by key, summed by what is told of the keys."""
    sums = _sums(base, wanted, keys).subquery("sums")
    values, tables = [], []
    for name in keys:
        dimension = base.dimensions.get(name)
        if dimension is None or dimension.table is None or dimension.told is None:
            values.append(sums.c[name].label(name))
        else:
            values.append(dimension.told.label(name))
            tables.append(dimension.table)
    statement = sa.select(*values, *_measures(base, wanted, sums)).select_from(_joined(sums, tables))
    return statement.group_by(*_positions(len(values)))


def _joined(sums: sa.Subquery, tables: Sequence[sa.Table]) -> sa.FromClause:
    # Of the dimensions the whole tables: an order keeps its customer even where the shop deleted that row.
    rows: sa.FromClause = sums
    for table in dict.fromkeys(tables):
        rows = rows.outerjoin(table, _key(table) == sums.c[table.name])
    return rows


def _sums(base: Base, wanted: Wanted, keys: Sequence[str]) -> sa.Select[Any]:
    names = [*keys, *(base.distinct[name] for name in wanted.distinct)]
    own = {base.dimensions[name].label(name): base.dimensions[name].own for name in names if name != "period"}
    if wanted.period is not None:
        own["period"] = _period(base.dates[wanted.date], wanted.period)
    values = [expression.label(name) for name, expression in own.items()]
    measures = [expression.label(name) for name, expression in base.sums.items()]
    statement = sa.select(*values, *measures).select_from(base.facts).where(*_conditions(base, wanted))
    return statement.group_by(*_positions(len(values)))


def _period(day: Expression, unit: str) -> Expression:
    instant = sa.cast(day, sa.TIMESTAMP())  # without it, PostgreSQL goes by way of the session's time zone
    return sa.cast(sa.func.date_trunc(PERIODS[PERIODS.index(unit)], instant), sa.Date())


def _positions(count: int) -> list[Expression]:
    # By number: an expression with bound values is not recognised as the same one a second time.
    return [sa.literal_column(str(number + 1)) for number in range(count)]


def _conditions(base: Base, wanted: Wanted) -> list[Expression]:
    day = base.dates[wanted.date]
    conditions = [base.dimensions[name].among(values) for name, values in wanted.where.items() if values]
    if wanted.since is not None:
        conditions.append(day >= wanted.since)
    if wanted.until is not None:
        conditions.append(day <= wanted.until)
    return conditions


def _key(table: sa.Table) -> Expression:
    (key,) = table.primary_key
    return key


def _measures(base: Base, wanted: Wanted, sums: sa.Subquery) -> list[sa.Label[Any]]:
    found = {name: _total(sums.c[name], base.sums[name]) for name in base.sums}
    for name in wanted.distinct:
        counted = base.dimensions[base.distinct[name]].label(base.distinct[name])
        found[name] = sa.func.count(sums.c[counted].distinct())
    for name, (part, whole, decimals) in base.ratios.items():
        if whole in found:
            found[name] = _ratio(found[part], found[whole], decimals)
    return [expression.label(name) for name, expression in found.items()]


def _total(column: Expression, summed: Expression) -> Expression:
    total = sa.func.sum(column)
    return sa.cast(total, sa.BigInteger()) if isinstance(summed.type, sa.Integer) else total


def _ratio(part: Expression, whole: Expression, decimals: int) -> Expression:
    return sa.cast(part / sa.func.nullif(whole, 0), sa.Numeric(38, decimals))


def _related(base: Base, wanted: Wanted, groups: sa.Subquery, keys: Sequence[str]) -> list[sa.Label[Any]]:
    """What a group is beside the others: its share of the currency's whole in the period, and the sum so far."""
    related = []
    if base.share is not None:
        own = groups.c[base.share]
        whole = sa.func.sum(own).over(partition_by=[groups.c[name] for name in keys if name in ("currency", "period")])
        related.append(_ratio(own, whole, 6).label("share"))
    if base.running is not None and wanted.period is not None:
        others = [groups.c[name] for name in keys if name != "period"]
        so_far = sa.func.sum(groups.c[base.running]).over(partition_by=others, order_by=groups.c.period)
        related.append(so_far.label(f"{base.running}_to_date"))
    return related


def _greatest(
    base: Base, wanted: Wanted, groups: sa.Subquery, columns: Sequence[Expression], keys: Sequence[str]
) -> sa.Select[Any]:
    names = [name for name in keys if name not in ("currency", "period")]
    group = [groups.c.currency, *(groups.c[name] for name in names)]
    total = _over_all_periods(base, str(wanted.order), groups, group).label("total")
    totals = sa.select(*columns, total).subquery("totals")
    order = [totals.c.total.desc().nulls_last(), *(totals.c[name] for name in names)]
    rank = sa.func.dense_rank().over(partition_by=totals.c.currency, order_by=order).label("rank")
    ranked = sa.select(totals, rank).subquery("ranked")
    told = [column for column in ranked.c if column.name not in ("total", "rank")]
    periods = [ranked.c.period] if wanted.period is not None else []
    return sa.select(*told).where(ranked.c.rank <= wanted.top).order_by(ranked.c.currency, ranked.c.rank, *periods)


def _over_all_periods(base: Base, measure: str, groups: sa.Subquery, group: Sequence[Expression]) -> Expression:
    if measure not in base.ratios:
        return sa.func.sum(groups.c[measure]).over(partition_by=group)
    part, whole = (sa.func.sum(groups.c[name]).over(partition_by=group) for name in base.ratios[measure][:2])
    return part / sa.func.nullif(whole, 0)
