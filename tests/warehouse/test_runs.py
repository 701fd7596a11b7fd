"""The list of runs: what it says of a run is what was committed under its id, and it does not grow for ever."""

from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from include import steps
from include.planning import Request
from include.steps import Outcome
from include.warehouse import runs
from tests.alerts.runs import failure, run
from tests.pipeline import NAMES, Pipeline

STARTED = datetime(2024, 11, 15, 9, 0, tzinfo=UTC)
NOTED = """
SELECT run_id, run_type, outcome, tables_loaded, tables_unchanged, tables_failed, tasks_failed,
       rows_new, rows_revised, rows_deleted, rows_quarantined FROM etl_run ORDER BY ended_at
"""
STOOD = "SELECT table_name, fresh_at FROM etl_run_table WHERE run_id = %s"
TWO = ("dim_staff", "fact_payment")


def ended(run_id: str = "scheduled__1", *, well=NAMES, failed=(), at: datetime = STARTED) -> runs.EndedRun:
    return runs.EndedRun(
        run_id=run_id,
        run_type="scheduled",
        started_at=at - timedelta(seconds=30),
        ended_at=at,
        well=well,
        tables_failed=len(NAMES) - len(well),
        tasks_failed=failed,
    )


def note(small: Pipeline, run: runs.EndedRun) -> None:
    with small.loading() as warehouse, warehouse.transaction():
        runs.record(warehouse, run)


def load(small: Pipeline, run_id: str, tables: tuple[str, ...] = NAMES) -> list[str]:
    """A run of the steps under an id; the tables that it loaded."""
    changed = small.plan(Request(tables=tables))
    for table in changed:
        small.load(small.transform(small.extract(table)), run_id)
    return changed


def test_a_run_is_noted_with_its_rows_and_where_every_table_stood(small: Pipeline):
    load(small, "scheduled__1")
    note(small, ended())
    ledger = "SELECT sum(rows_new)::int FROM etl_ledger WHERE run_id = 'scheduled__1'"
    ((rows_new,),) = small.query(ledger)
    assert rows_new > 20
    assert small.query(NOTED) == [("scheduled__1", "scheduled", "success", len(NAMES), 0, 0, "", rows_new, 0, 0, 0)]
    stands = dict(small.query("SELECT table_name, fresh_at FROM etl_watermark"))
    assert set(stands) == set(NAMES)
    assert dict(small.query(STOOD, "scheduled__1")) == stands


def test_a_run_without_changes_is_noted_too_and_moves_where_the_tables_stand(small: Pipeline):
    load(small, "scheduled__1")
    note(small, ended())
    assert load(small, "scheduled__2") == []
    note(small, ended("scheduled__2", at=STARTED + timedelta(minutes=5)))
    assert small.query(NOTED)[1] == ("scheduled__2", "scheduled", "success", 0, len(NAMES), 0, "", 0, 0, 0, 0)
    before, after = (dict(small.query(STOOD, f"scheduled__{number}")) for number in (1, 2))
    assert len(before) == len(NAMES)
    assert all(after[table] > before[table] for table in NAMES)


def test_revised_deleted_and_quarantined_rows_are_counted_once_however_many_versions_there_are(small: Pipeline):
    load(small, "scheduled__1")
    small.shop(
        "UPDATE sales_order SET units_sold = 7 WHERE sales_order_id = 2",
        "UPDATE sales_order SET agreed_payment_date = 'soon' WHERE sales_order_id = 3",
        "DELETE FROM payment WHERE payment_id = 4",
    )
    tables = ("fact_sales_order", "fact_payment")
    small.load(small.transform(small.extract("fact_sales_order")), "manual__2")
    small.load(small.transform(small.extract("fact_payment", Request(tables=tables, mode="full"))), "manual__2")
    note(small, ended("manual__2", well=tables))
    assert small.query(NOTED)[-1][3:] == (2, 0, len(NAMES) - 2, "", 0, 1, 1, 1)


def test_a_repeated_report_notes_the_run_anew_and_once(small: Pipeline):
    load(small, "scheduled__1", TWO)
    failed = [f"{TWO[1]}.load", "plan"]
    note(small, ended(well=TWO[:1], failed=failed))
    assert small.query(NOTED)[0][2:7] == ("failed", 1, 0, len(NAMES) - 1, "fact_payment.load plan")
    load(small, "scheduled__1")
    note(small, ended(at=STARTED + timedelta(minutes=3)))
    ((*noted,),) = small.query(NOTED)
    assert noted[2:7] == ["success", len(NAMES), 0, 0, ""]
    assert small.query("SELECT ended_at FROM etl_run") == [(STARTED + timedelta(minutes=3),)]
    assert len(small.query(STOOD, "scheduled__1")) == len(NAMES)


def test_what_a_failed_table_had_committed_is_not_called_loaded(small: Pipeline):
    """A mass delete is withheld after the commit: rows came, and the table is not up to date."""
    load(small, "scheduled__1", TWO)
    note(small, ended(well=TWO[:1], failed=["fact_payment.load"]))
    (noted,) = small.query(NOTED)
    assert noted[3:6] == (1, 0, len(NAMES) - 1)
    assert noted[7] == 3 + 4


def test_runs_older_than_90_days_go_a_few_at_a_time_and_younger_ones_stay(small: Pipeline):
    load(small, "scheduled__1", TWO)
    old = STARTED - runs.KEPT
    for number in range(60):
        note(small, ended(f"old__{number}", at=old - timedelta(minutes=5 * (60 - number))))
    note(small, ended("young", at=old + timedelta(minutes=1)))
    assert len(small.query(NOTED)) == 61
    note(small, ended("now"))
    assert [row[0] for row in small.query(NOTED)] == [*(f"old__{n}" for n in range(50, 60)), "young", "now"]
    note(small, ended("next", at=STARTED + timedelta(seconds=1)))
    assert [row[0] for row in small.query(NOTED)] == ["young", "now", "next"]
    assert small.query("SELECT DISTINCT run_id FROM etl_run_table ORDER BY 1") == [("next",), ("now",), ("young",)]


def tell(small: Pipeline, outcome: Outcome) -> None:
    def warehouse():
        return closing(psycopg.connect(small.loader, autocommit=True))

    steps.tell(run(), outcome, warehouse=warehouse, lake=lambda: small.processed, channels=[])


def test_telling_a_run_notes_it(small: Pipeline):
    load(small, "scheduled__1", TWO)
    tell(small, Outcome(requested=TWO, well=TWO[:1], failures=(failure("fact_payment.load"),)))
    assert small.query(NOTED)[0][:7] == ("scheduled__1", "scheduled", "failed", 1, 0, 1, "fact_payment.load")


def test_a_run_that_cannot_be_noted_is_told_all_the_same(small: Pipeline, caplog: pytest.LogCaptureFixture):
    load(small, "scheduled__1", TWO)
    with psycopg.connect(small.warehouse_owner) as owner:
        owner.execute("DROP TABLE etl_run CASCADE")
    tell(small, Outcome(requested=TWO, well=TWO))
    assert small.query("SELECT event FROM etl_alert") == [("loaded",)]
    assert "this run is not in the list of runs: UndefinedTable" in caplog.text


def test_testings_runs_are_listed_in_its_own_schema(small: Pipeline):
    note(small.testing(), ended("manual__1"))
    assert small.query(NOTED) == []
    assert len(small.testing().query(NOTED)) == 1
