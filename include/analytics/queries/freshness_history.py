"""How far each table was behind its source, hour by hour, by the list of runs.

Between two runs a table falls behind second by second, from where the first left it until the second ended: so
the worst of an hour is known to the second, though only the ends of runs are kept. Of the time before runs were
listed only the loads are known, each with how old its rows were when they came.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

import sqlalchemy as sa

from include.analytics.queries import stars
from include.analytics.queries.freshness import ALL
from include.analytics.reading import Snapshot

HOUR = timedelta(hours=1)


class Stretch(NamedTuple):
    """A time in which a table held everything up to one instant and nothing later."""

    since: datetime
    until: datetime
    fresh_at: datetime


def worst_by_hour(snapshot: Snapshot, hours: int, now: datetime) -> Iterator[Mapping[str, Any]]:
    """For each table and each of the last hours, the current one included, the most seconds that it was behind.

    None where nothing is known of an hour.
    """
    last = _hour_of(now)
    first = last - (hours - 1) * HOUR
    worst: dict[tuple[str, datetime], float] = {}
    for table, stretch in _stretches(snapshot, first, now):
        for hour, behind_s in _behind(stretch, first):
            worst[table, hour] = max(behind_s, worst.get((table, hour), 0.0))
    for table in ALL:
        for hour in (first + number * HOUR for number in range(hours)):
            yield {"table": table, "hour": hour, "worst_behind_s": worst.get((table, hour))}


def _hour_of(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _behind(stretch: Stretch, first: datetime) -> Iterator[tuple[datetime, float]]:
    """The hours of a stretch, from the first one on, and how far the table was behind at its end in each."""
    hour = max(_hour_of(stretch.since), first)
    while hour <= stretch.until:
        yield hour, (min(hour + HOUR, stretch.until) - stretch.fresh_at).total_seconds()
        hour += HOUR


def _stretches(snapshot: Snapshot, first: datetime, now: datetime) -> Iterator[tuple[str, Stretch]]:
    """With their tables; from the last run before the first hour on, so that the way into it is known."""
    ends: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
    for row in snapshot.rows(_run_ends(first)):
        ends[row["table_name"]].append((row["ended_at"], row["fresh_at"]))
    for table, known in ends.items():
        for (at, fresh_at), (later, _) in pairwise(known):
            yield table, Stretch(at, later, fresh_at)
    for table, stretch in _latest(snapshot, ends, now):
        yield table, stretch
    listed_from = min((known[0][0] for known in ends.values()), default=now)
    for row in snapshot.rows(_loads(first, listed_from)):
        at = row["loaded_at"]
        yield row["table_name"], Stretch(at, at, row["snapshot_at"])


def _latest(
    snapshot: Snapshot, ends: Mapping[str, list[tuple[datetime, datetime]]], now: datetime
) -> Iterator[tuple[str, Stretch]]:
    """Each table's stretch that reaches until now.

    Where a table stands later than the last listed run left it, another run was there since: one that has not ended
    yet, or that an extract does not know. What was before that is not known.
    """
    marks = stars.table("etl_watermark")
    stands = snapshot.rows(sa.select(marks.c.table_name, marks.c.fresh_at))
    now_at = {row["table_name"]: min(row["fresh_at"], now) for row in stands if row["fresh_at"]}
    for table in ALL:
        ended_at, left_at = ends[table][-1] if table in ends else (None, None)
        at = now_at.get(table)
        was_there_since = at is not None and (left_at is None or at > left_at)
        if at and was_there_since:
            yield table, Stretch(at, now, at)
        if ended_at and left_at:
            yield table, Stretch(ended_at, ended_at if was_there_since else now, left_at)


def _run_ends(first: datetime) -> sa.Select[Any]:
    runs, tables = stars.table("etl_run"), stars.table("etl_run_table")
    before = sa.select(sa.func.max(runs.c.ended_at)).where(runs.c.ended_at < first).scalar_subquery()
    return (
        sa.select(tables.c.table_name, runs.c.ended_at, tables.c.fresh_at)
        .join_from(runs, tables, tables.c.run_id == runs.c.run_id)
        .where(runs.c.ended_at >= sa.func.coalesce(before, first))
        .order_by(runs.c.ended_at, runs.c.run_id)
    )


def _loads(first: datetime, until: datetime) -> sa.Select[Any]:
    ledger = stars.table("etl_ledger")
    return sa.select(ledger.c.table_name, ledger.c.loaded_at, ledger.c.snapshot_at).where(
        ledger.c.loaded_at >= first, ledger.c.loaded_at < until, ledger.c.mode != "backfill"
    )
