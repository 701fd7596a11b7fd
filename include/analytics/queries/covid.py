"""COVID-19 in the US: days, weeks and months as they were known at a moment, every version, and every revision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from include.analytics.queries import stars

NAME = "covid_us_daily"
TABLES = (NAME,)
METRICS = ("cases", "deaths", "recovered")
MEAN_DAYS = 7

Expression = sa.ColumnElement[Any]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is wanted of the days. A period that holds any day of ``[since, until]`` is answered whole."""

    metrics: Sequence[str] = METRICS
    is_cumulative: bool = False
    aggregation: Literal["day", "mean_7d", "week", "month"] = "day"
    since: date | None = None
    until: date | None = None
    as_of: datetime | None = None


def counted(wanted: Wanted) -> sa.Select[Any]:
    """A row a period: its first day as `date`, of each metric what was counted and `<metric>_days`, by how many days.

    New counts are sums over the period (`mean_7d`: over the seven days that end with it), cumulative ones those of
    the period's last day.
    """
    days = _days_of_periods(wanted)
    measure = _cumulative if wanted.is_cumulative else _trailing if wanted.aggregation == "mean_7d" else _new
    measured = [column for metric in wanted.metrics for column in measure(days, metric)]
    statement = sa.select(days.c.period.label("date"), *measured).group_by(days.c.period).order_by(days.c.period)
    if wanted.since is not None:
        statement = statement.where(days.c.period >= first_day(wanted.since, wanted.aggregation))
    if wanted.until is not None:
        statement = statement.where(days.c.period <= wanted.until)
    return statement


def first_day(day: date, aggregation: str) -> date:
    """The first day of the day's period: itself, its week's Monday, or the first of its month."""
    if aggregation == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if aggregation == "month" else day


def versions() -> sa.Select[Any]:
    """Every version of every day, those of a day in the order in which they were learnt."""
    held = stars.table(NAME)
    counts = [held.c[metric] for metric in METRICS]
    columns = [held.c.date, held.c._seen_at.label("seen_at"), *counts, held.c.is_deleted]
    return sa.select(*columns).order_by(held.c.date, held.c.covid_record_id)


def revisions(since: date | None, until: date | None, as_of: datetime | None, limit: int) -> sa.Select[Any]:
    """The latest revisions of these days, the last learnt first: of each count the old and the new one.

    `vanished`: the files no longer have the day; `returned`: they have it again.
    """
    changes = _changes()
    columns = [column for column in changes.c if column.name not in ("version", "covid_record_id")]
    order = [changes.c.learnt_at.desc(), changes.c.date.desc(), changes.c.covid_record_id.desc()]
    statement = sa.select(*columns).where(changes.c.version > 1).order_by(*order).limit(limit)
    if since is not None:
        statement = statement.where(changes.c.date >= since)
    if until is not None:
        statement = statement.where(changes.c.date <= until)
    return statement if as_of is None else statement.where(changes.c.learnt_at <= as_of)


def _days_of_periods(wanted: Wanted) -> sa.Subquery:
    days = _days(wanted.as_of)
    period = _period(days.c.date, wanted.aggregation)
    from_end = sa.func.row_number().over(partition_by=period, order_by=days.c.date.desc())
    return sa.select(days, period.label("period"), from_end.label("from_end")).subquery("days_of_periods")


def _days(as_of: datetime | None) -> sa.Subquery:
    """A row a day: of each metric the count until then, the new ones, and sum and number of the last seven new ones."""
    known = stars.as_of(NAME, as_of)
    new = [(known.c[m] - sa.func.lag(known.c[m]).over(order_by=known.c.date)).label(f"new_{m}") for m in METRICS]
    days = sa.select(known.c.date, *(known.c[metric] for metric in METRICS), *new).subquery("days")
    return sa.select(days, *(column for metric in METRICS for column in _last_seven(days, metric))).subquery("weeks")


def _last_seven(days: sa.Subquery, metric: str) -> list[sa.Label[Any]]:
    frame: dict[str, Any] = {"order_by": days.c.date, "rows": (1 - MEAN_DAYS, 0)}
    new = days.c[f"new_{metric}"]
    return [
        sa.func.sum(new).over(**frame).label(f"trailing_{metric}"),
        sa.func.count(new).over(**frame).label(f"trailing_{metric}_days"),
    ]


def _period(day: Expression, aggregation: str) -> Expression:
    if aggregation not in ("week", "month"):
        return day
    return sa.cast(sa.func.date_trunc(sa.literal_column(f"'{aggregation}'"), day), sa.Date())


def _new(days: sa.Subquery, metric: str) -> list[sa.Label[Any]]:
    new = days.c[f"new_{metric}"]
    return [sa.func.sum(new).label(metric), sa.func.count(new).label(f"{metric}_days")]


def _trailing(days: sa.Subquery, metric: str) -> list[sa.Label[Any]]:
    total, number = days.c[f"trailing_{metric}"], days.c[f"trailing_{metric}_days"]
    return [sa.func.max(total).label(metric), sa.func.max(number).label(f"{metric}_days")]


def _cumulative(days: sa.Subquery, metric: str) -> list[sa.Label[Any]]:
    last = sa.func.max(days.c[metric]).filter(days.c.from_end == 1)
    return [last.label(metric), sa.func.count(days.c[metric]).label(f"{metric}_days")]


def _changes() -> sa.Subquery:
    """Every version beside the one before."""
    held = stars.table(NAME)
    window: dict[str, Any] = {"partition_by": held.c.date, "order_by": held.c.covid_record_id}
    counts = [
        column
        for metric in METRICS
        for column in (
            sa.func.lag(held.c[metric]).over(**window).label(f"old_{metric}"),
            held.c[metric].label(f"new_{metric}"),
        )
    ]
    was_gone = sa.func.coalesce(sa.func.lag(held.c.is_deleted).over(**window), sa.false())
    return sa.select(
        held.c.date,
        held.c._seen_at.label("learnt_at"),
        *counts,
        held.c.is_deleted.label("vanished"),
        sa.and_(was_gone, ~held.c.is_deleted).label("returned"),
        sa.func.row_number().over(**window).label("version"),
        held.c.covid_record_id,
    ).subquery("changes")
