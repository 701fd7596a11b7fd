"""A watched shop through a real Airflow: what commits starts a run, what commits during it the next one."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.airflow_runs import DAG, AirflowRuns

pytestmark = pytest.mark.airflow

SETTINGS = {"WATCH_SOURCE": "poll"}
LAST_NAME = "SELECT last_name FROM dim_staff WHERE staff_id = 1"


def test_a_commit_starts_a_run_that_loads_it_and_the_schedule_stays(airflow: AirflowRuns):
    api, pipeline = airflow.stack.api, airflow.pipeline
    airflow.until_known()
    api.unpause(DAG)
    _until(lambda: pipeline.query("SELECT count(*) FROM dim_staff")[0][0] > 0, seconds=240)
    airflow.let_the_schedule_go_first()  # a scheduled run would load both edits
    _until(lambda: not _active(airflow), seconds=120)
    began = datetime.now(UTC)

    pipeline.shop("UPDATE staff SET last_name = 'Early' WHERE staff_id = 1")
    _until(lambda: bool(_active(airflow)))
    pipeline.shop("UPDATE staff SET last_name = 'Late' WHERE staff_id = 1")
    _until(lambda: pipeline.query(LAST_NAME) == [("Late",)])
    _until(lambda: not _active(airflow))

    runs = [run for run in api.runs(DAG) if datetime.fromisoformat(run["queued_at"]) >= began]
    started = [run for run in runs if run["run_type"] == "asset_triggered"]
    assert started
    assert {run["state"] for run in runs} - {"queued", "running"} == {"success"}  # another may just have begun
    assert all(run["logical_date"] is run["data_interval_start"] is None for run in started)
    noted = pipeline.query("SELECT DISTINCT outcome FROM etl_run WHERE run_type = 'asset_triggered'")
    assert noted == [("success",)]
    due = datetime.fromisoformat(api.get(f"dags/{DAG}")["next_dagrun_run_after"])
    assert datetime.now(UTC) - timedelta(minutes=1) < due <= datetime.now(UTC) + timedelta(minutes=5)


def _active(airflow: AirflowRuns) -> list[str]:
    return [run["dag_run_id"] for run in airflow.stack.api.runs(DAG) if run["state"] in {"queued", "running"}]


def _until(true: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.25)
