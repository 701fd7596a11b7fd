"""Small DAGs with the pipeline's own deadline, in seconds: the test lays this file into a DAG folder of its own."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, AsyncCallback, CronDataIntervalTimetable, DeadlineAlert, TaskGroup, task
from airflow.sdk.exceptions import AirflowSkipException

from totes_deadline import RunDue, tell_that_it_is_late


def _deadline(seconds: int, number: int = 1) -> DeadlineAlert:
    return DeadlineAlert(
        name=f"late {number}",
        reference=RunDue(),
        interval=timedelta(seconds=seconds),
        callback=AsyncCallback(tell_that_it_is_late, kwargs={"limit_minutes": 30}),
    )


def _dag(dag_id: str, schedule: CronDataIntervalTimetable | None = None, **arguments) -> DAG:
    start = datetime(2024, 11, 1, tzinfo=UTC)
    return DAG(dag_id, schedule=schedule, start_date=start, catchup=False, max_active_runs=1, **arguments)


def _load(table: str, action=lambda: None):
    with TaskGroup(table):
        return task(action, task_id="load")()


def _skip() -> None:
    raise AirflowSkipException("nothing changed")


def _fail() -> None:
    raise ValueError("broken on purpose")


def _wait() -> None:
    """Until the test says so, by a file beside this one."""
    deadline = time.monotonic() + 180
    while not Path(__file__).with_name("go_on").exists() and time.monotonic() < deadline:
        time.sleep(0.2)


with _dag(
    "late",
    CronDataIntervalTimetable("* * * * * */20", timezone="UTC"),
    deadline=_deadline(20),
    is_paused_upon_creation=True,
):
    _load("dim_staff")
    _load("dim_design", _skip)
    _load("fact_sales_order", _wait) >> _load("fact_payment")

with _dag("raced", deadline=[_deadline(3, number) for number in range(1, 5)]):
    _load("fact_payment", _wait)

with _dag("in_time", deadline=_deadline(25)):
    _load("dim_staff")

with _dag("failed", deadline=_deadline(15)):
    _load("dim_staff", _fail)

with _dag("backfilled", CronDataIntervalTimetable("0 0 * * *", timezone="UTC"), deadline=_deadline(3)):
    _load("fact_payment", _wait)
