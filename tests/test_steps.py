"""The steps: what each says, notes and refuses."""

import logging
import re

import psycopg
import pytest

from include import steps
from include.errors import SchemaDriftError, SettingError
from include.planning import Request
from tests.pipeline import NAMES, Pipeline

ONE = Request(tables=("fact_payment",))
TWO = Request(tables=("fact_payment", "dim_design"))


@pytest.fixture
def lines(caplog):
    caplog.set_level(logging.INFO, logger="include")
    return caplog


def plan(small: Pipeline, request: Request, carried: dict[str, int | None] | None = None) -> list[steps.TablePlan]:
    with small.reading() as source, small.loading() as warehouse:
        return steps.plan(source, warehouse, request, carried or {})


def fresh_at(small: Pipeline) -> dict:
    return dict(small.query("SELECT table_name, fresh_at FROM etl_watermark"))


def test_a_plan_says_what_will_be_read_and_why(small: Pipeline):
    small.run(ONE)
    (mark,) = small.query("SELECT watermark FROM etl_watermark")[0]
    small.shop("UPDATE payment SET paid = true WHERE payment_id = 1")
    payment, design = plan(small, TWO)
    assert payment == steps.TablePlan(
        table="fact_payment",
        has_changes=True,
        mode="incremental",
        reason=f"written since transaction {mark}",
        watermark=mark,
    )
    assert design == steps.TablePlan(
        table="dim_design", has_changes=True, mode="full", reason="first load", watermark=None
    )


def test_a_plan_of_an_unchanged_table_reads_nothing_and_notes_that_it_is_fresh(small: Pipeline, lines):
    small.run(TWO)
    before = fresh_at(small)
    small.shop("UPDATE payment SET paid = true WHERE payment_id = 1")
    assert [item.has_changes for item in plan(small, TWO)] == [True, False]
    after = fresh_at(small)
    assert after["fact_payment"] == before["fact_payment"]
    assert after["dim_design"] > before["dim_design"]
    assert lines.messages[-1] == "step=plan tables_read=1 tables_unchanged=1"


def test_an_empty_table_that_was_never_read_is_read_once(pipeline: Pipeline):
    assert pipeline.plan(ONE) == ["fact_payment"]
    pipeline.run(ONE)
    assert pipeline.plan(ONE) == []


def test_a_full_run_reads_unchanged_tables_too(small: Pipeline):
    small.run(ONE)
    assert [item.has_changes for item in plan(small, Request(tables=ONE.tables, mode="full"))] == [True]


def test_a_backfill_reads_only_tables_with_rows_in_its_window_and_makes_none_fresh(small: Pipeline):
    small.run(TWO)
    small.shop("UPDATE payment SET last_updated = '2024-11-05 12:00' WHERE payment_id = 1")
    before = fresh_at(small)
    window = {
        "mode": "backfill",
        "window_start": "2024-11-05T00:00:00+00:00",
        "window_end": "2024-11-06T00:00:00+00:00",
        "allow_mass_delete": False,
    }
    plans = plan(small, Request.from_record({"tables": list(TWO.tables), **window}))
    assert [(item.mode, item.has_changes) for item in plans] == [("backfill", True), ("backfill", False)]
    assert fresh_at(small) == before


def test_the_ledger_wins_over_a_watermark_by_xcom_and_says_so(small: Pipeline, lines):
    small.run(TWO)
    marks = dict(small.query("SELECT table_name, watermark FROM etl_watermark"))
    lines.clear()
    held = marks["fact_payment"]
    plans = plan(small, TWO, {"fact_payment": held + 17, "dim_design": marks["dim_design"]})
    assert plans[0].watermark == held
    warnings = [record.getMessage() for record in lines.records if record.levelno == logging.WARNING]
    assert warnings == [f"fact_payment: watermark {held + 17} by XCom, {held} by the ledger; the ledger wins"]


def test_an_older_watermark_by_xcom_is_told_and_alarms_nobody(small: Pipeline, lines):
    small.run(ONE)
    lines.clear()
    plan(small, ONE, {"fact_payment": 17})
    (line,) = (record for record in lines.records if "by XCom" in record.getMessage())
    assert line.levelno == logging.INFO


def test_a_watermark_by_xcom_of_a_table_that_the_ledger_does_not_know_is_told(small: Pipeline, lines):
    plan(small, ONE, {"fact_payment": 17})
    assert "fact_payment: watermark 17 by XCom, None by the ledger; the ledger wins" in lines.messages


@pytest.mark.parametrize("name", ["fact_payments", "dim_date", ""])
def test_a_table_that_no_source_feeds_is_refused(small: Pipeline, name: str):
    with pytest.raises(SettingError) as caught:
        plan(small, Request(tables=(name,)))
    assert caught.value.found == repr(name)
    assert all(table in caught.value.expected for table in NAMES)
    with pytest.raises(SettingError):
        steps.transform({"table": name, "manifests": []}, raw=small.raw, processed=small.processed)


def test_a_plan_refuses_a_warehouse_that_is_not_migrated(small: Pipeline):
    with psycopg.connect(small.warehouse_owner) as connection:
        connection.execute("DELETE FROM etl_schema_version")
    with pytest.raises(SchemaDriftError, match="apply the migrations"):
        plan(small, ONE)


LINE = (
    r"step={step} table=fact_payment rows_read={read} rows_new={new} rows_revised={revised} "
    r"rows_deleted={deleted} rows_quarantined={quarantined} bytes=\d+ "
    r"seconds=\d+\.\d{{3}} watermark=\d+"
)


def test_each_step_logs_one_summary_line(small: Pipeline, lines):
    small.run(ONE)
    small.shop("UPDATE payment SET paid = true WHERE payment_id < 3")
    lines.clear()
    small.load(small.transform(small.extract("fact_payment")))
    expected = [
        LINE.format(step="extract", read=2, new="-", revised="-", deleted="-", quarantined="-"),
        LINE.format(step="transform", read=2, new="-", revised="-", deleted="-", quarantined="-"),
        LINE.format(step="load", read=2, new=0, revised=2, deleted=0, quarantined=0),
    ]
    said = [line for line in lines.messages if line.startswith("step=")]
    assert len(said) == 3
    assert all(re.fullmatch(pattern, line) for pattern, line in zip(expected, said, strict=True))


def test_an_extract_says_why_it_reads(small: Pipeline, lines):
    small.extract("fact_payment")
    assert "fact_payment: reading first load" in lines.messages


def test_the_records_of_the_steps_belong_together(small: Pipeline):
    extracted = small.extract("fact_payment")
    transformed = small.transform(extracted)
    loaded = small.load(transformed)
    landed = small.raw.manifest(extracted["manifests"][-1])
    conformed = small.processed.manifest(transformed["manifests"][-1])
    assert landed.origin.load_id == conformed.origin.load_id == loaded["load_id"]
    assert extracted["watermark"] == transformed["watermark"] == loaded["watermark"]
    assert extracted["rows_read"] == transformed["rows_read"] == loaded["rows_read"] == 4


def test_a_report_sums_up(lines):
    plans = [
        {"table": "a", "has_changes": True, "undeclared": ["totesys.a.colour", "totesys.z.size"]},
        {"table": "b", "has_changes": False, "undeclared": ["totesys.a.colour"]},
        {"table": "c", "has_changes": True},
    ]
    loads = [
        {"table": "c", "rows_new": 2, "rows_revised": 1, "rows_deleted": 4, "rows_quarantined": 1, "lag_s": 0.5},
        {"table": "a", "rows_new": 3, "rows_revised": 0, "rows_deleted": 1, "rows_quarantined": 0, "lag_s": 1.23456},
    ]
    assert steps.report(plans, loads, ["x.load"]) == {
        "tables_loaded": ["a", "c"],
        "tables_unchanged": ["b"],
        "tasks_failed": ["x.load"],
        "rows_new": 5,
        "rows_revised": 1,
        "rows_deleted": 5,
        "rows_quarantined": 1,
        "columns_undeclared": ["totesys.a.colour", "totesys.z.size"],
        "lag_s": 1.235,
    }
    assert lines.messages == [
        (
            "step=report tables_loaded=2 tables_unchanged=1 tasks_failed=1 rows_new=5 rows_revised=1"
            " rows_deleted=5 rows_quarantined=1 columns_undeclared=2 lag_s=1.235"
        )
    ]


def test_a_report_of_a_run_without_changes_has_no_lag():
    assert steps.report([], [], [])["lag_s"] == 0.0
