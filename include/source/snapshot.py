"""One consistent view of the source, and where it stands in the source's history."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from include.errors import SchemaDriftError, SourceUnavailable

Connection = psycopg.Connection[tuple[Any, ...]]

# A statement that needs longer is not reading changes; a lock that long is somebody's schema change.
_GUARDS = """
SET LOCAL statement_timeout = '10min';
SET LOCAL lock_timeout = '10s';
SET LOCAL row_security = off;
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD'
"""
_DRIFT = (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable, psycopg.errors.UndefinedColumn)
_POSITION = """
SELECT concat_ws('/',
         (SELECT system_identifier FROM pg_control_system()),
         (SELECT timeline_id FROM pg_control_checkpoint()),
         (SELECT oid FROM pg_database WHERE datname = current_database())),
       s::text, pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint, statement_timestamp()
FROM pg_current_snapshot() AS s
"""


@dataclass(frozen=True)
class Position:
    """Where a snapshot stands: which server, what it sees, and the oldest transaction it cannot see.

    ``xmin`` is the watermark that the next read starts from; ``xmax`` the first transaction id not
    yet given out. Both are 64 bits wide, and can be compared within one ``system_identifier`` only: the
    server's own, its timeline (another one after a failover or a restore) and the database's oid.
    ``at`` is the source server's clock just before the snapshot was taken, UTC: what had committed by
    then is in it.
    """

    system_identifier: str
    snapshot: str
    xmin: int
    xmax: int
    at: datetime


@contextlib.contextmanager
def snapshot(connection: Connection) -> Iterator[Position]:
    """A `REPEATABLE READ READ ONLY` transaction, guarded by time-outs; always rolled back at its end.

    Raises ``SourceUnavailable`` for whatever breaks it off, ``SchemaDriftError`` for a table or column
    that is not there or may not be read.
    """
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    where = f"source {connection.info.host}:{connection.info.port}/{connection.info.dbname}"
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(_GUARDS)
            system, seen, xmin, xmax, at = connection.execute(_POSITION).fetchone() or ()
            yield Position(system, seen, xmin, xmax, at.astimezone(UTC))
    except psycopg.OperationalError as error:
        raise SourceUnavailable(
            where,
            found=f"{type(error).__name__}: {str(error).strip()}",
            expected="an answer",
            remedy="if the last try fails too, see that the database runs and can be reached",
        ) from error
    except _DRIFT as error:
        raise SchemaDriftError(
            where,
            found=f"{type(error).__name__}: {str(error).strip()}",
            expected="every declared table and column, all rows of which this role may read",
            remedy="grant SELECT to the role, or correct the source or its declaration in include/catalog",
        ) from error
