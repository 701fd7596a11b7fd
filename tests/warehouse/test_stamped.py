"""Tables read by `last_updated`: what the stamps miss, the proof by transaction ids finds and counts."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import psycopg
import pytest

from include.catalog import TABLES
from include.errors import GapError
from include.planning import Request
from include.source import horizon, postgres
from include.steps import extract_table, records
from tests.pipeline import Pipeline

LEDGER = "SELECT mode, rows_read, rows_revised, bounded FROM etl_ledger ORDER BY loaded_at, mode DESC"
HORIZON = "SELECT horizon FROM etl_watermark"


@pytest.fixture
def stamped(small: Pipeline, monkeypatch) -> Pipeline:
    """Payments declared to be read by `last_updated`, loaded once."""
    declared = replace(TABLES["fact_payment"], changes="last_updated")
    monkeypatch.setattr(records, "TABLES", MappingProxyType({**TABLES, "fact_payment": declared}))
    small.load(small.transform(small.extract("fact_payment")))
    return small


@pytest.fixture
def sees_sessions(pg_server) -> Iterator[None]:
    """The reader may see other sessions while the test runs."""
    with psycopg.connect(pg_server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute("GRANT pg_read_all_stats TO totes_reader")
        yield
        admin.execute("REVOKE pg_read_all_stats FROM totes_reader")


def run(small: Pipeline) -> dict[str, Any]:
    return small.load(small.transform(small.extract("fact_payment")))


def pay(small: Pipeline, payment_id: int, *, stamp: str = "localtimestamp") -> None:
    small.shop(f"UPDATE payment SET paid = NOT paid, last_updated = {stamp} WHERE payment_id = {payment_id}")


def make_proof_due(small: Pipeline) -> None:
    with psycopg.connect(small.loader) as connection:
        connection.execute("UPDATE etl_watermark SET proven_at = proven_at - interval '26 minutes'")


def modes(small: Pipeline) -> list[str]:
    return [row[0] for row in small.query(LEDGER)]


def test_the_first_read_is_whole_and_the_next_by_stamps(stamped: Pipeline):
    pay(stamped, 2)
    record = run(stamped)
    assert (record["rows_read"], record["rows_revised"]) == (1, 1)
    assert modes(stamped) == ["full", "stamped"]
    assert stamped.held("fact_payment") == stamped.expected("fact_payment")


@pytest.mark.usefixtures("sees_sessions")
def test_a_read_by_stamps_moves_the_horizon_and_not_the_watermark(stamped: Pipeline):
    (before,) = stamped.query("SELECT watermark, horizon, proven_at, fresh_at FROM etl_watermark")
    pay(stamped, 2)
    run(stamped)
    (after,) = stamped.query("SELECT watermark, horizon, proven_at, fresh_at FROM etl_watermark")
    assert (after[0], after[2]) == (before[0], before[2])
    assert after[1] > before[1]
    assert after[3] > before[3]


def test_an_edit_that_moves_no_stamp_is_found_by_the_proof_and_counted_there(stamped: Pipeline):
    stamped.shop("UPDATE payment SET paid = true WHERE payment_id = 1")
    pay(stamped, 2)
    assert run(stamped)["rows_revised"] == 1
    assert stamped.held("fact_payment") != stamped.expected("fact_payment")
    make_proof_due(stamped)
    pay(stamped, 3)
    run(stamped)
    assert [(mode, read, revised) for mode, read, revised, _ in stamped.query(LEDGER)] == [
        ("full", 4, 0),
        ("stamped", 1, 1),
        ("stamped", 2, 1),
        ("proof", 3, 1),
    ]
    assert stamped.held("fact_payment") == stamped.expected("fact_payment")


def test_a_due_proof_is_planned_without_any_change_and_then_not_again(stamped: Pipeline):
    request = Request(tables=("fact_payment",))
    assert stamped.plan(request) == []
    make_proof_due(stamped)
    assert stamped.plan(request) == ["fact_payment"]
    run(stamped)
    assert stamped.plan(request) == []


def test_a_stamp_of_null_is_read(stamped: Pipeline):
    with psycopg.connect(stamped.owner) as owner:
        owner.execute("ALTER TABLE payment ALTER last_updated DROP NOT NULL")
    pay(stamped, 1, stamp="NULL")
    record = run(stamped)
    assert record["rows_quarantined"] == 1
    assert stamped.query("SELECT rules FROM etl_quarantine")[0][0].startswith("last_updated is NULL, expected")


def test_a_stamp_of_the_future_is_read(stamped: Pipeline):
    pay(stamped, 1, stamp="'2099-01-01'")
    assert run(stamped)["rows_revised"] == 1
    pay(stamped, 2)
    run(stamped)
    assert stamped.held("fact_payment") == stamped.expected("fact_payment")


@pytest.mark.usefixtures("sees_sessions")
def test_a_transaction_that_commits_late_is_read_by_its_stamp(stamped: Pipeline, monkeypatch):
    monkeypatch.setattr(horizon, "CLOCK_MARGIN", timedelta(0))
    run(stamped)
    with psycopg.connect(stamped.owner) as late:
        late.execute("UPDATE payment SET paid = true, last_updated = clock_timestamp() WHERE payment_id = 1")
        pay(stamped, 2)
        run(stamped)
        pay(stamped, 3)
        run(stamped)
    run(stamped)
    assert "proof" not in modes(stamped)
    assert stamped.held("fact_payment") == stamped.expected("fact_payment")


@pytest.mark.usefixtures("sees_sessions")
def test_a_transaction_that_commits_just_after_the_snapshot_is_read_by_its_stamp(stamped: Pipeline, monkeypatch):
    monkeypatch.setattr(horizon, "CLOCK_MARGIN", timedelta(0))
    with closing(psycopg.connect(stamped.owner)) as late:
        late.execute("UPDATE payment SET paid = true, last_updated = clock_timestamp() WHERE payment_id = 1")
        pay(stamped, 2)
        real = postgres.check_columns

        def commits_meanwhile(*arguments: Any) -> Any:
            late.commit()
            return real(*arguments)

        with monkeypatch.context() as patched:
            patched.setattr(extract_table.postgres, "check_columns", commits_meanwhile)
            run(stamped)
    run(stamped)
    assert "proof" not in modes(stamped)
    assert stamped.held("fact_payment") == stamped.expected("fact_payment")


def test_where_sessions_cannot_be_seen_the_horizon_is_bounded_and_says_so(stamped: Pipeline, caplog):
    with psycopg.connect(stamped.loader) as connection:
        connection.execute("UPDATE etl_watermark SET horizon = horizon - interval '1 day'")
    with closing(psycopg.connect(stamped.owner)):
        run(stamped)
    assert stamped.query(LEDGER)[-1][3] is True
    (at, seen_at) = stamped.query("SELECT horizon, snapshot_at FROM etl_watermark")[0]
    assert seen_at - at >= horizon.LONGEST_TRANSACTION + horizon.CLOCK_MARGIN - timedelta(seconds=5)
    assert any("cannot be seen; the horizon is bounded" in message for message in caplog.messages)


@pytest.mark.usefixtures("sees_sessions")
def test_where_sessions_can_be_seen_the_horizon_is_a_reading(stamped: Pipeline, caplog):
    with psycopg.connect(stamped.owner) as late:
        (began,) = late.execute("SELECT now()").fetchone()
        caplog.clear()
        run(stamped)
    assert stamped.query(LEDGER)[-1][3] is False
    assert stamped.query(HORIZON) == [(began - horizon.CLOCK_MARGIN,)]
    assert not any("bounded" in message for message in caplog.messages)


@pytest.mark.usefixtures("sees_sessions")
def test_the_horizon_never_moves_back(stamped: Pipeline, pg_server):
    run(stamped)
    before = stamped.query(HORIZON)
    with psycopg.connect(pg_server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute("REVOKE pg_read_all_stats FROM totes_reader")
    pay(stamped, 1)
    with closing(psycopg.connect(stamped.owner)):
        run(stamped)
    assert stamped.query(LEDGER)[-1][3] is True
    assert stamped.query(HORIZON) == before


def test_deletes_are_found(stamped: Pipeline):
    stamped.shop("DELETE FROM payment WHERE payment_id = 4")
    assert run(stamped)["rows_deleted"] == 1
    assert stamped.held("fact_payment") == stamped.expected("fact_payment")


def test_a_restored_source_is_compared_in_full(stamped: Pipeline):
    with psycopg.connect(stamped.loader) as connection:
        connection.execute("UPDATE etl_watermark SET system_identifier = 'other'")
    assert run(stamped)["mode"] == "full"


def test_a_pending_read_and_its_proof_load_in_order(stamped: Pipeline):
    stamped.shop("UPDATE payment SET paid = true WHERE payment_id = 1")
    make_proof_due(stamped)
    stamped.extract("fact_payment")
    pay(stamped, 1)
    run(stamped)
    assert modes(stamped) == ["full", "stamped", "proof", "stamped", "proof"]
    assert stamped.query("SELECT paid FROM fact_payment WHERE payment_id = 1 ORDER BY payment_record_id") == [
        (False,),
        (True,),
        (False,),
    ]


def test_a_proof_that_starts_after_where_the_table_stands_is_refused(stamped: Pipeline):
    make_proof_due(stamped)
    pay(stamped, 1)
    batch = stamped.transform(stamped.extract("fact_payment"))
    with psycopg.connect(stamped.loader) as connection:
        connection.execute("UPDATE etl_watermark SET watermark = watermark - 1, snapshot = '3:3:'")
    with pytest.raises(GapError):
        stamped.load(batch)
