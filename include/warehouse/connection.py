"""The warehouse connection, and what a dead or broken one is called."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg

from include.errors import WarehouseUnavailable

Connection = psycopg.Connection[tuple[Any, ...]]

_GUARDS = """
SET LOCAL statement_timeout = '10min';
SET LOCAL lock_timeout = '2min';
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD'
"""


@contextlib.contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """One transaction with time-outs: committed at the end, rolled back by any error.

    Raises ``WarehouseUnavailable`` for a lost connection, a time-out or a deadlock.
    """
    try:
        with connection.transaction():
            connection.execute(_GUARDS)
            yield
    except psycopg.OperationalError as error:
        raise WarehouseUnavailable(
            f"warehouse {connection.info.host}:{connection.info.port}/{connection.info.dbname}",
            found=f"{type(error).__name__}: {str(error).strip()}",
            expected="an answer",
            remedy="nothing was half written; if the last try fails too, see that the database runs and can be reached",
        ) from error
