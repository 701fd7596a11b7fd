"""How far the tables are behind their source."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from include.analytics.queries import stars
from include.analytics.reading import Snapshot
from include.catalog import FED, SOURCE_FED
from include.settings import AlertSettings

ALL = tuple(table.name for table in FED)
"""What the version of everything depends on."""


def limit() -> timedelta:
    """How far a table may be behind."""
    return timedelta(minutes=AlertSettings.from_environment().deadline_minutes)


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
