"""One consistent view of the source, and where it stands in the source's history."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from include.errors import SourceUnavailable

Connection = psycopg.Connection[tuple[Any, ...]]

# A statement that needs longer is not reading changes; a lock that long is somebody's schema change.
_GUARDS = """
SET LOCAL statement_timeout = '10min';
SET LOCAL lock_timeout = '10s';
SET LOCAL row_security = off;
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL search_path = pg_catalog, public
"""
_POSITION = """
SELECT (SELECT system_identifier::text FROM pg_control_system()), s::text,
       pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint, clock_timestamp()
FROM pg_current_snapshot() AS s
"""


@dataclass(frozen=True)
class Position:
    """Where a snapshot stands: which server, what it sees, and the oldest transaction it cannot see.

    ``xmin`` is the watermark that the next read starts from; ``xmax`` the first transaction id not
    yet given out. Both are 64 bits wide. ``at`` is the source server's clock, UTC.
    """

    system_identifier: str
    snapshot: str
    xmin: int
    xmax: int
    at: datetime


@contextlib.contextmanager
def snapshot(connection: Connection) -> Iterator[Position]:
    """A `REPEATABLE READ READ ONLY` transaction, guarded by time-outs; always rolled back at its end.

    Raises ``SourceUnavailable`` for whatever breaks it off.
    """
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    try:
        connection.execute(_GUARDS)
        system, seen, xmin, xmax, at = connection.execute(_POSITION).fetchone() or ()
        yield Position(system, seen, xmin, xmax, at.astimezone(UTC))
        connection.rollback()
    except psycopg.OperationalError as error:
        raise SourceUnavailable(
            f"source {connection.info.host}:{connection.info.port}/{connection.info.dbname}",
            found=f"{type(error).__name__}: {str(error).strip()}",
            expected="an answer",
            remedy="the task is tried again; see that the database runs and can be reached",
        ) from error
