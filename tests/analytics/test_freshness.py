"""How far behind the API calls a table is what the books say, second by second."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from fastapi.testclient import TestClient

from include.analytics.app import application
from include.analytics.reading.postgres import PostgresReader
from include.catalog import FED
from tests.conftest import WarehouseDb
from tests.pipeline import NAMES, Pipeline

HOUR = timedelta(hours=1)


@pytest.fixture
def client(warehouse_db: WarehouseDb) -> Iterator[TestClient]:
    reader = PostgresReader(warehouse_db.analyst)
    with TestClient(application(lambda: reader)) as opened:
        yield opened
    reader.close()


def standings(client: TestClient) -> dict[str, dict]:
    return {row["table"]: row for row in client.get("/api/v1/operations/freshness").json()["rows"]}


def history(client: TestClient, hours: int = 24) -> dict[tuple[str, datetime], dict]:
    rows = client.get("/api/v1/operations/freshness/history", params={"hours": hours}).json()["rows"]
    return {(row["table"], datetime.fromisoformat(row["hour"])): row for row in rows}


def stand(small: Pipeline, table: str, behind: timedelta) -> None:
    """A table that holds what the source had so long ago."""
    small.query(
        "INSERT INTO etl_watermark AS held (table_name, system_identifier, snapshot, snapshot_at, fresh_at, load_id)"
        " VALUES (%s, '', '', now(), now() - %s, '') ON CONFLICT (table_name)"
        " DO UPDATE SET fresh_at = excluded.fresh_at RETURNING 1",
        table,
        behind,
    )


def test_every_table_is_listed_loaded_or_not(small: Pipeline, client: TestClient):
    assert {row["status"] for row in standings(client).values()} == {"never loaded"}
    small.run()
    found = standings(client)
    assert list(found) == [table.name for table in FED]
    expected = dict(small.query("SELECT table_name, fresh_at FROM etl_watermark"))
    loads = dict(small.query("SELECT table_name, max(loaded_at) FROM etl_ledger GROUP BY 1"))
    assert len(expected) == len(NAMES)
    for table in NAMES:
        assert datetime.fromisoformat(found[table]["stands_at"]) == expected[table]
        assert datetime.fromisoformat(found[table]["loaded_at"]) == loads[table]
        assert found[table]["status"] == "fresh"
        assert 0 <= found[table]["behind_s"] < 60
    assert (found["covid_us_daily"]["status"], found["covid_us_daily"]["behind_s"]) == ("never loaded", None)


@pytest.mark.parametrize(
    ("table", "minutes", "status"),
    [
        ("fact_payment", 29, "fresh"),
        ("fact_payment", 31, "late"),
        ("covid_us_daily", 59, "fresh"),  # asked for every half hour, and half an hour late at most
        ("covid_us_daily", 61, "late"),
    ],
)
def test_a_table_is_late_by_its_own_limit(small: Pipeline, client: TestClient, table: str, minutes: int, status: str):
    stand(small, table, timedelta(minutes=minutes))
    found = standings(client)[table]
    assert found["status"] == status
    assert found["behind_s"] == pytest.approx(60 * minutes, abs=30)


def test_the_limits_are_those_of_the_settings(client: TestClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIRFLOW__TOTES__DEADLINE_MINUTES", "10")
    monkeypatch.setenv("AIRFLOW__TOTES__COVID_POLL_MINUTES", "5")
    limits = {table: row["limit_s"] for table, row in standings(client).items()}
    assert limits == dict.fromkeys(NAMES, 600.0) | {"covid_us_daily": 900.0}
    assert {row["limit_s"] for (table, _), row in history(client).items() if table in NAMES} == {600.0}


def test_a_source_whose_clock_is_ahead_is_not_behind(small: Pipeline, client: TestClient):
    stand(small, "fact_payment", timedelta(minutes=-2))
    assert standings(client)["fact_payment"]["behind_s"] == 0.0


def end_run(small: Pipeline, ended: datetime, behind: dict[str, timedelta]) -> None:
    with psycopg.connect(small.loader) as connection:
        connection.execute(
            "INSERT INTO etl_run VALUES (%s, 'scheduled', %s, %s, 'success', 0, 0, 0, '', 0, 0, 0, 0)",
            [ended.isoformat(), ended, ended],
        )
        for table, age in behind.items():
            connection.execute("INSERT INTO etl_run_table VALUES (%s, %s, %s)", [ended.isoformat(), table, ended - age])


# At each second the latest run that has ended says where the table stood: the slow way, and another one.
SECOND_BY_SECOND = """
SELECT date_trunc('hour', second, 'UTC'), max(extract(epoch FROM second - stood.fresh_at))::float
FROM generate_series(%s, %s, interval '1 second') AS second
CROSS JOIN LATERAL (
  SELECT fresh_at FROM etl_run JOIN etl_run_table USING (run_id)
  WHERE table_name = %s AND ended_at <= second ORDER BY ended_at DESC LIMIT 1) AS stood
GROUP BY 1
"""


def test_the_worst_of_an_hour_is_known_between_two_runs_too(small: Pipeline, client: TestClient):
    now = datetime.now(UTC)
    minutes = [300, 290, 281, 200, 199, 65, 61, 59, 30, 2]
    for number, ago in enumerate(minutes):
        ages = {"dim_staff": timedelta(seconds=5), "fact_payment": timedelta(minutes=number % 4)}
        end_run(small, now - timedelta(minutes=ago), ages)
    found = history(client, hours=7)
    for table in ("dim_staff", "fact_payment"):
        expected = dict(small.query(SECOND_BY_SECOND, now - 6 * HOUR, datetime.now(UTC), table))
        known = {hour: row["worst_behind_s"] for (name, hour), row in found.items() if name == table}
        assert len(known) == 7
        assert {hour for hour, worst in known.items() if worst is not None} == set(expected)
        assert len(expected) >= 5
        for hour, worst in expected.items():
            assert known[hour] == pytest.approx(worst, abs=30)
            assert found[table, hour]["status"] == ("late" if known[hour] > 1800 else "fresh")
    assert {row["status"] for (name, _), row in found.items() if name == "dim_design"} == {"not known"}


def test_the_way_into_the_first_hour_counts(small: Pipeline, client: TestClient):
    """A run of yesterday, and none since: every hour is late, by more and more."""
    now = datetime.now(UTC)
    end_run(small, now - timedelta(hours=50), {"dim_staff": timedelta()})
    worst = [row["worst_behind_s"] for (name, _), row in history(client).items() if name == "dim_staff"]
    assert len(worst) == 24
    assert worst == sorted(worst)
    assert min(worst) > 26 * 3600
    assert max(worst) == pytest.approx(50 * 3600, abs=60)


def test_before_runs_were_listed_the_loads_say_how_old_their_rows_were(small: Pipeline, client: TestClient):
    small.run()
    now = datetime.now(UTC)
    then = now - 5 * HOUR
    small.query("UPDATE etl_ledger SET loaded_at = %s, snapshot_at = %s RETURNING 1", then, then - timedelta(minutes=3))
    small.query("UPDATE etl_ledger SET mode = 'backfill' WHERE table_name = 'dim_staff' RETURNING 1")
    end_run(small, now - 2 * HOUR, {"fact_payment": timedelta(seconds=9)})
    payment = {hour: row["worst_behind_s"] for (name, hour), row in history(client).items() if name == "fact_payment"}
    known = {hour: worst for hour, worst in payment.items() if worst is not None}
    loaded_in = then.replace(minute=0, second=0, microsecond=0)
    assert known.pop(loaded_in) == pytest.approx(180.0)
    assert min(known) == (now - 2 * HOUR).replace(minute=0, second=0, microsecond=0)
    assert known_hours(client, "dim_staff") == [now.replace(minute=0, second=0, microsecond=0)]


def known_hours(client: TestClient, table: str) -> list[datetime]:
    return [
        hour for (name, hour), row in history(client).items() if name == table and row["worst_behind_s"] is not None
    ]


def test_a_table_that_stands_later_than_the_last_listed_run_left_it_was_not_late_for_all_we_know(
    small: Pipeline, client: TestClient
):
    """A run is under way, or an extract knows of its load and not of the run: what was between is not made up."""
    end_run(small, datetime.now(UTC) - timedelta(hours=10), {"dim_staff": timedelta(seconds=5)})
    stand(small, "dim_staff", timedelta(seconds=30))
    found = [row for (name, _), row in history(client).items() if name == "dim_staff"]
    assert [row["status"] for row in found if row["worst_behind_s"] is not None] == ["fresh", "fresh"]
    assert found[-1]["worst_behind_s"] == pytest.approx(30, abs=30)


def test_a_day_of_a_year_s_runs_is_found_quickly(small: Pipeline, client: TestClient):
    """By the index on when runs ended, not by reading them all."""
    with psycopg.connect(small.loader) as connection:
        connection.execute("""
            INSERT INTO etl_run SELECT n::text, 'scheduled', at, at, 'success', 0, 0, 0, '', 0, 0, 0, 0
            FROM generate_series(1, 26000) AS n, LATERAL (SELECT now() - n * interval '5 min') AS made (at)""")
        for table in NAMES:
            connection.execute("INSERT INTO etl_run_table SELECT run_id, %s, ended_at FROM etl_run", [table])
        connection.execute("ANALYZE etl_run; ANALYZE etl_run_table")
    started = datetime.now(UTC)
    rows = history(client)
    assert datetime.now(UTC) - started < timedelta(seconds=3)
    assert len(rows) == 24 * len(FED)
    assert all(row["worst_behind_s"] < 700 for (table, _), row in rows.items() if table in NAMES)
