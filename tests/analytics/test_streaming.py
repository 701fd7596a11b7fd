"""Many rows, slow questions, askers that leave, a warehouse that goes: nobody else notices, and memory stays."""

import json
import time
from contextlib import ExitStack

import psycopg
import pytest
from fastapi.testclient import TestClient

from include.analytics.app import application
from include.analytics.reading import postgres
from include.analytics.reading.postgres import PostgresReader
from tests.analytics.copying import admin_of, multiply
from tests.analytics.serving import served

ROWS = 300_000
WIDE = f"/api/v1/tables/fact_sales_order?limit={{rows}}&where=sales_order_id:gt:{ROWS}"


@pytest.fixture
def wide(pg_server, filled_db):
    """A warehouse with more sales orders than anybody would hold in memory."""
    with admin_of(pg_server, filled_db.loader) as admin:
        multiply(admin, ROWS, versions=1, first=1_000_000)
        admin.execute("ANALYZE fact_sales_order")
    return filled_db


def test_three_times_the_rows_need_no_more_memory(wide):
    """300,000 rows as JSON are 100 MB: a server that held them would show it."""
    with served(wide.analyst) as server:
        for form in ("json", "csv"):
            status, some_bytes, _ = server.read(WIDE.format(rows=100_000) + f"&format={form}")
            assert status == 200
            some = server.peak_mb()
            status, all_bytes, tail = server.read(WIDE.format(rows=ROWS) + f"&format={form}")
            assert status == 200
            assert tail.endswith(b"]}" if form == "json" else b"\r\n")
            assert all_bytes > 2.9 * some_bytes
            assert server.peak_mb() - some < 15


def test_all_rows_arrive_once(wide):
    with served(wide.analyst) as server:
        connection = server.connect()
        connection.request("GET", WIDE.format(rows=1_000_000) + "&fields=sales_order_id")
        answer = json.loads(connection.getresponse().read())
        connection.close()
    assert answer["next"] is None
    assert [row["sales_order_id"] for row in answer["rows"]] == list(range(1_000_001, 1_000_001 + ROWS))


def busy(conninfo):
    """How many of the analysts' connections to this database hold a transaction open."""
    with psycopg.connect(conninfo) as connection:
        statement = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user AND xact_start IS NOT NULL
"""
        return connection.execute(statement).fetchone()[0]


def wait_until(holds):
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come to hold in 10 s")


def test_an_asker_who_leaves_in_the_middle_gives_the_connection_back(wide):
    with served(wide.analyst) as server:
        for _ in range(2 * postgres._CONNECTIONS):
            connection = server.connect()
            connection.request("GET", WIDE.format(rows=ROWS))
            answer = connection.getresponse()
            assert len(answer.read(1_000)) == 1_000
            if _ == 0:
                assert busy(wide.analyst) == 1  # it is being read: the rest cannot lie in the network's buffers
            answer.close()
            connection.close()
        wait_until(lambda: busy(wide.analyst) == 0)
        assert server.read("/api/v1/tables/dim_staff")[0] == 200


@pytest.fixture
def asking(filled_db):
    """A client whose questions may take half a second, and wait as long for a connection."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres, "_GUARDS", postgres._GUARDS.replace("statement_timeout=15s", "statement_timeout=500ms"))
        patch.setattr(postgres, "_WAIT_S", 0.5)
        reader = PostgresReader(filled_db.analyst)
        with TestClient(application(lambda: reader), raise_server_exceptions=False) as client:
            yield client, reader
        reader.close()


def test_a_question_that_takes_too_long_is_given_up(asking, filled_db):
    client, _ = asking
    with psycopg.connect(filled_db.loader) as loader:
        loader.execute("LOCK TABLE dim_design IN ACCESS EXCLUSIVE MODE")
        for path in ("tables/dim_design", "sales?by=design", "orders/sales/1"):
            answer = client.get(f"/api/v1/{path}")
            assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json"), path
            assert "ask for fewer rows" in answer.json()["detail"]
    assert client.get("/api/v1/tables/dim_design").status_code == 200


def test_when_all_connections_are_in_use_it_says_so_and_does_not_hang(asking):
    client, reader = asking
    with ExitStack() as held:
        for _ in range(postgres._CONNECTIONS):
            held.enter_context(reader.snapshot())
        began = time.monotonic()
        answer = client.get("/api/v1/tables/dim_design")
        assert time.monotonic() - began < 5
        assert (answer.status_code, answer.json()["title"]) == (503, "Too many questions at once")
    assert client.get("/api/v1/tables/dim_design").status_code == 200


@pytest.mark.parametrize("reader", ["warehouse"], indirect=True)
def test_a_warehouse_that_was_away_answers_the_next_question(client, pg_server, filled_db):
    assert client.get("/api/v1/tables/dim_design").status_code == 200
    database = psycopg.conninfo.conninfo_to_dict(filled_db.loader)["dbname"]
    with psycopg.connect(pg_server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS false")
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [database])
        away = client.get("/api/v1/tables/dim_design?limit=3")
        admin.execute(f"ALTER DATABASE {database} ALLOW_CONNECTIONS true")
    assert (away.status_code, away.headers["retry-after"]) == (503, "10")
    assert str(database) not in away.text
    assert client.get("/api/v1/tables/dim_design?limit=3").status_code == 200


def test_a_page_is_no_longer_than_its_limit(client):
    assert len(client.get("/api/v1/tables/fact_sales_order").json()["rows"]) == 100
    assert len(client.get("/api/v1/tables/fact_sales_order", params={"limit": 2_001}).json()["rows"]) == 2_001
