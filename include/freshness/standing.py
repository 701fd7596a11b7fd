"""Up to when each table holds everything of its source, by the ledger, and whether that keeps the promise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from include.catalog import SOURCE_FED


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Up to when a table holds every change of its source, and how many seconds ago that is; None: never loaded."""

    table: str
    stands: datetime | None
    behind_s: float | None


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Where every table stood ``at`` an instant, by the clock of `source` or `warehouse`, against the limit."""

    at: datetime
    clock: str
    limit: timedelta
    standings: tuple[Standing, ...]

    def is_late(self, standing: Standing) -> bool:
        """Whether a table breaks the promise: too far behind, or never loaded."""
        return standing.behind_s is None or standing.behind_s > self.limit.total_seconds()

    @property
    def late(self) -> tuple[Standing, ...]:
        """The tables that break the promise."""
        return tuple(standing for standing in self.standings if self.is_late(standing))


def read(warehouse: psycopg.Connection[Any]) -> tuple[dict[str, datetime], datetime]:
    """Up to when each table that was ever loaded holds everything, and the warehouse's clock now.

    A warehouse that was never migrated holds nothing.
    """
    try:
        rows = warehouse.execute(
            "SELECT clock.now, table_name, fresh_at FROM (SELECT clock_timestamp()) AS clock (now)"
            " LEFT JOIN etl_watermark ON fresh_at IS NOT NULL"
        ).fetchall()
    except psycopg.errors.UndefinedTable:
        return {}, datetime.now(UTC)
    return {name: fresh_at for _, name, fresh_at in rows if name is not None}, rows[0][0]


def standings(stands: Mapping[str, datetime], at: datetime) -> tuple[Standing, ...]:
    """Each source-fed table of the catalogue as it stands at an instant, by name."""
    return tuple(_standing(name, stands.get(name), at) for name in sorted(table.name for table in SOURCE_FED))


def _standing(table: str, stands: datetime | None, at: datetime) -> Standing:
    # Two servers' clocks may differ by a little: nothing is fresher than now.
    behind_s = max(0.0, (at - stands).total_seconds()) if stands else None
    return Standing(table=table, stands=stands, behind_s=behind_s)
