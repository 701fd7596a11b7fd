"""Verdicts, and warehouses that stand somewhere."""

from datetime import UTC, datetime, timedelta

import psycopg

from include.freshness.standing import Verdict, standings
from tests.pipeline import NAMES

AT = datetime(2024, 11, 14, 14, 5, tzinfo=UTC)
LIMIT = timedelta(minutes=30)


def verdict(at: datetime = AT, **behind_min: float | None) -> Verdict:
    """All tables a second behind, but those named; None is never loaded."""
    ages = {**dict.fromkeys(NAMES, 1 / 60), **behind_min}
    stands = {name: at - timedelta(minutes=age) for name, age in ages.items() if age is not None}
    return Verdict(at=at, clock="warehouse", limit=LIMIT, standings=standings(stands, at))


def stand(conninfo: str, **behind_min: float) -> None:
    """Have all tables of a warehouse stand a second behind now, but those named."""
    with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM etl_watermark")
        cursor.executemany(
            "INSERT INTO etl_watermark (table_name, system_identifier, snapshot, snapshot_at, load_id, fresh_at)"
            " VALUES (%s, '1', '1:1:', now(), 'x', now() - make_interval(secs => %s))",
            [(name, 60 * behind_min.get(name, 1 / 60)) for name in NAMES],
        )
