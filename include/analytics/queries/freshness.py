"""How far the tables are behind their source."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from include.analytics.queries import stars
from include.analytics.reading import Snapshot
from include.catalog import FED, FILE_FED, SOURCE_FED
from include.settings import AlertSettings, FileSettings

ALL = tuple(table.name for table in FED)
"""What the version of everything depends on."""


def limit() -> timedelta:
    """How far a table may be behind."""
    return timedelta(minutes=AlertSettings.from_environment().deadline_minutes)


def limits() -> Mapping[str, timedelta]:
    """How far each table may be behind; files are not asked for in every run, and that is allowed on top."""
    polled = limit() + timedelta(minutes=FileSettings.from_environment().poll_minutes)
    return dict.fromkeys(ALL, limit()) | {table.name: polled for table in FILE_FED}


def standings(snapshot: Snapshot, now: datetime) -> list[Mapping[str, Any]]:
    """Each table as it stands now, against its limit, and when something was last loaded into it."""
    marks, loads = stars.table("etl_watermark"), _last_loads()
    rows = snapshot.rows(
        sa.select(marks.c.table_name, marks.c.fresh_at, loads.c.loaded_at).join_from(
            marks, loads, loads.c.table_name == marks.c.table_name, isouter=True
        )
    )
    found = {row["table_name"]: row for row in rows}
    return [_standing(name, found.get(name, {}), allowed, now) for name, allowed in limits().items()]


def _standing(table: str, found: Mapping[str, Any], allowed: timedelta, now: datetime) -> Mapping[str, Any]:
    at = found.get("fresh_at")
    # Two servers' clocks may differ by a little: nothing is fresher than now.
    behind = max(timedelta(), now - at) if at else None
    return {
        "table": table,
        "status": "never loaded" if behind is None else "late" if behind > allowed else "fresh",
        "behind_s": behind.total_seconds() if behind is not None else None,
        "limit_s": allowed.total_seconds(),
        "stands_at": at,
        "loaded_at": found.get("loaded_at"),
    }


def _last_loads() -> sa.Subquery:
    # One look into the index a table, however many loads there were.
    return sa.union_all(*(sa.select(_last_load(name).subquery()) for name in ALL)).subquery("last_load")


def _last_load(table: str) -> sa.Select[Any]:
    ledger = stars.table("etl_ledger")
    load = sa.select(ledger.c.table_name, ledger.c.loaded_at).where(ledger.c.table_name == table)
    return load.order_by(ledger.c.loaded_at.desc()).limit(1)


def state(snapshot: Snapshot) -> Mapping[str, Any]:
    """The version of everything and the table that is the furthest behind; files are asked for more seldom."""
    marks = stars.table("etl_watermark")
    rows = snapshot.rows(sa.select(marks.c.table_name, marks.c.fresh_at))
    found = {row["table_name"]: row["fresh_at"] for row in rows}
    stands = {table.name: found.get(table.name) for table in SOURCE_FED}
    now = datetime.now(UTC)
    slowest = min(stands, key=lambda name: stands[name] or datetime.min.replace(tzinfo=UTC))
    at = stands[slowest]
    behind_s = max(0.0, (now - at).total_seconds()) if at else None
    return {
        "version": snapshot.version(ALL),
        "now": now,
        "stands_at": at,
        "behind_s": behind_s,
        "slowest": slowest,
        "limit_s": limit().total_seconds(),
        "is_late": behind_s is None or behind_s > limit().total_seconds(),
    }
