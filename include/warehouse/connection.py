"""The warehouse connection, and what a dead or broken one is called."""

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg

from include.errors import WarehouseUnavailable

Connection = psycopg.Connection[tuple[Any, ...]]

# The page cost is that of a disk without a moving head: with the default a small load reads a large table whole.
_GUARDS = """
SET LOCAL statement_timeout = '10min';
SET LOCAL lock_timeout = '2min';
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL random_page_cost = 1.1
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
