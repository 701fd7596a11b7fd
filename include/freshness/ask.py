"""Ask the warehouse how far it is behind its source, without Airflow."""

import contextlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from include.connections import conninfo
from include.errors import SettingError, WarehouseUnavailable
from include.freshness.standing import Verdict, read, standings

_PATIENCE = "SET LOCAL statement_timeout = '10s'; SET LOCAL lock_timeout = '5s'"


def ask(environment: Mapping[str, str], limit: timedelta) -> Verdict:
    """Where every table stands, by the source's clock where the source may be asked, else by the warehouse's.

    Raises ``WarehouseUnavailable`` where the warehouse does not answer or does not let us in, and
    ``SettingError`` where its connection is missing or malformed.
    """
    warehouse = conninfo("warehouse", environment)
    if not warehouse:
        raise SettingError(
            "setting AIRFLOW_CONN_WAREHOUSE",
            found="nothing",
            expected="the warehouse's connection, as Airflow takes it (JSON or a URI)",
            remedy="set it as an environment variable and ask again",
        )
    source = conninfo("totesys", environment)
    stands, at = _asked_of_warehouse(warehouse)
    source_at = _clock(source) if source else None
    clock = "source" if source_at else "warehouse"
    return Verdict(at=source_at or at, clock=clock, limit=limit, standings=standings(stands, source_at or at))


def _asked_of_warehouse(where: str) -> tuple[dict[str, datetime], datetime]:
    try:
        with _reading(where) as connection:
            return read(connection)
    except psycopg.Error as error:
        parts = conninfo_to_dict(where)
        raise WarehouseUnavailable(
            f"warehouse {parts.get('host')}:{parts.get('port')}/{parts.get('dbname')}",
            found=" ".join(str(error).split()),
            expected="a server that answers, and a login that may read etl_watermark",
            remedy="see that the database runs and AIRFLOW_CONN_WAREHOUSE is right",
        ) from error


def _clock(where: str) -> datetime | None:
    """The source's clock; None where it cannot be asked: its being down must not hide how old the warehouse is."""
    try:
        with _reading(where) as connection:
            row = connection.execute("SELECT clock_timestamp()").fetchone()
    except psycopg.Error:
        return None
    return row[0] if row else None


@contextlib.contextmanager
def _reading(where: str) -> Iterator[psycopg.Connection[Any]]:
    with contextlib.closing(psycopg.connect(where)) as connection:
        connection.read_only = True
        connection.execute(_PATIENCE)
        yield connection
