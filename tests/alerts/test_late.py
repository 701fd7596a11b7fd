"""Which runs are told of as late, and what is said of them."""

from datetime import UTC, datetime

import pytest

from include.alerts import late, record
from tests.alerts import samples

RUN = {
    "dag_id": "totes_etl",
    "dag_run_id": samples.RUN,
    "run_type": "scheduled",
    "run_after": "2024-11-14T14:05:12Z",
    "conf": {},
}
STATES = {
    "plan": "success",
    "fact_sales_order.extract": "success",
    "fact_sales_order.transform": "running",
    "fact_sales_order.load": None,
    "fact_payment.extract": "failed",
    "fact_payment.load": "upstream_failed",
    "dim_staff.extract": "success",
    "dim_staff.load": "success",
    "dim_currency.extract": "skipped",
    "dim_currency.load": "skipped",
    "dim_gone.load": "removed",
    "report": None,
}


def told(run=RUN, states=STATES):
    return late.alert(
        run,
        "running",
        states,
        passed_at=datetime(2024, 11, 14, 14, 35, 12, tzinfo=UTC),
        limit_minutes=30,
        run_url=samples.RUN_URL,
    )


def test_the_alert_is_the_one_that_the_texts_are_written_for():
    assert told() == samples.deadline_missed()


def test_it_survives_json():
    assert record.from_json(record.to_json(told())) == told()


@pytest.mark.parametrize(
    "state", [None, "scheduled", "queued", "running", "up_for_retry", "failed", "upstream_failed", "deferred"]
)
def test_a_table_waits_until_its_load_is_done(state: str | None):
    assert late.progress({"dim_staff.extract": "success", "dim_staff.load": state}) == ((), ("dim_staff",))


def test_before_its_first_task_everything_waits():
    assert late.progress(dict.fromkeys(STATES)) == (
        (),
        ("dim_currency", "dim_gone", "dim_staff", "fact_payment", "fact_sales_order"),
    )


def test_a_run_whose_tables_are_all_done_is_late_without_any():
    assert told(states={"dim_staff.load": "success", "report": "running"}).tables == ()


@pytest.mark.parametrize(
    ("conf", "environment"),
    [(None, "production"), ({"tables": ["dim_staff"]}, "production"), ({"environment": "testing"}, "testing")],
)
def test_the_environment_is_the_runs(conf, environment: str):
    assert told(RUN | {"conf": conf}).environment == environment


@pytest.mark.parametrize("run_type", ["scheduled", "manual", "asset_triggered"])
@pytest.mark.parametrize("state", ["queued", "running"])
def test_whoever_waits_for_a_run_hears_that_it_is_late(run_type: str, state: str):
    assert late.silence(RUN | {"run_type": run_type}, state) is None


@pytest.mark.parametrize("state", ["success", "failed"])
def test_of_a_run_that_has_ended_nothing_is_said(state: str):
    assert late.silence(RUN, state) == f"the run has ended: {state}"


def test_a_scheduled_run_that_became_a_backfill_is_not_late():
    assert late.silence(RUN | {"run_type": "backfill"}, "running") == "a backfill is late by nature"
