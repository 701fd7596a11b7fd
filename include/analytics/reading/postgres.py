"""The warehouse itself, read live by a role that may only read."""

import hashlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy as sa

from include import search_path
from include.analytics.errors import Busy, TooLong
from include.analytics.reading.reader import Batch, Row, Snapshot
from include.environment import PRODUCTION
from include.errors import SettingError, WarehouseUnavailable

STATEMENT_TIMEOUT_S = 15
_CONNECTIONS = 6
_WAIT_S = 10
_BATCH = 2_000
_GUARDS = f"-c statement_timeout={STATEMENT_TIMEOUT_S}s -c idle_in_transaction_session_timeout=60s -c TimeZone=UTC"

_NOT_READABLE = (psycopg.errors.UndefinedTable, psycopg.errors.InsufficientPrivilege)

_VERSION = sa.text("""
SELECT table_name, load_id, loaded_at::text
FROM unnest(CAST(:tables AS text[])) AS asked (table_name)
CROSS JOIN LATERAL (
  SELECT load_id, loaded_at FROM etl_ledger AS ledger WHERE ledger.table_name = asked.table_name
  ORDER BY loaded_at DESC LIMIT 1) AS latest
UNION ALL SELECT 'schema', version_num, '' FROM etl_schema_version
ORDER BY 1
""")


class PostgresReader:
    """A pool of read-only connections.

    ``conninfo`` is libpq's; where it is a function, each new connection asks it, so that a new password is found.
    """

    def __init__(self, conninfo: str | Callable[[], str]) -> None:
        self._conninfo = conninfo if callable(conninfo) else lambda: conninfo
        self._engine = sa.create_engine(
            "postgresql+psycopg://",
            creator=self._connect,
            isolation_level="REPEATABLE READ",
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_timeout=_WAIT_S,
            pool_pre_ping=True,
        )

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One read-only transaction that sees the warehouse as it was when it began."""
        try:
            with self._engine.connect().execution_options(postgresql_readonly=True) as connection:
                yield _Transaction(connection)
        except sa.exc.DBAPIError as error:
            if isinstance(error.orig, psycopg.errors.QueryCanceled):
                raise TooLong(STATEMENT_TIMEOUT_S) from error
            if isinstance(error.orig, _NOT_READABLE):
                raise self._not_readable(error.orig) from error
            if isinstance(error, sa.exc.OperationalError):
                raise self._unavailable(error.orig) from error
            raise
        except sa.exc.TimeoutError as error:
            raise Busy from error
        except psycopg.OperationalError as error:
            raise self._unavailable(error) from error

    def close(self) -> None:
        """Give back every connection that nobody uses."""
        self._engine.dispose()

    def _connect(self) -> psycopg.Connection[Any]:
        schema = PRODUCTION.warehouse_schema
        options = search_path.option(schema, _GUARDS)
        opened = psycopg.connect(self._conninfo(), options=options, application_name="totes_dashboard")
        search_path.require(opened, schema)  # what drops the search path drops the time-outs too
        return opened

    def _not_readable(self, error: BaseException) -> SettingError:
        return SettingError(
            self._where(),
            found=_in_short(error),
            expected="a migrated warehouse, and a role that may read it",
            remedy="migrate it (`make migrate`), and grant SELECT on its tables to the role of warehouse_reader",
        )

    def _unavailable(self, error: BaseException | None) -> WarehouseUnavailable:
        return WarehouseUnavailable(
            self._where(),
            found=_in_short(error),
            expected="a server that answers and lets the reading role in",
            remedy="see that the database runs and that the connection warehouse_reader is right",
        )

    def _where(self) -> str:
        parts = psycopg.conninfo.conninfo_to_dict(self._conninfo())
        return f"warehouse {parts.get('host')}:{parts.get('port')}/{parts.get('dbname')}"


def _in_short(error: BaseException | None) -> str:
    return " ".join(str(error).split("\n")[0].split())


@contextmanager
def borrowed(connection: psycopg.Connection[Any]) -> Iterator[Snapshot]:
    """A snapshot on a connection that is open already, in autocommit mode and in no transaction, and is so again."""
    connection.autocommit = False
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    connection.read_only = True
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=sa.StaticPool)
    try:
        with engine.connect() as opened:
            yield _Transaction(opened)
    finally:
        if not connection.closed:
            connection.rollback()
            connection.read_only = connection.isolation_level = None
            connection.autocommit = True


class _Transaction:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def version(self, tables: Collection[str]) -> str:
        found = self._connection.execute(_VERSION, {"tables": sorted(tables)})
        return hashlib.sha256(repr([tuple(row) for row in found]).encode()).hexdigest()[:24]

    def rows(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> list[Row]:
        return [dict(row) for row in self._connection.execute(statement).mappings()]

    def stream(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> Iterator[Batch]:
        answer = self._connection.execution_options(yield_per=_BATCH).execute(statement)
        for batch in answer.partitions():
            yield [tuple(row) for row in batch]
