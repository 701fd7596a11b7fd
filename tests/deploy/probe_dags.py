"""A DAG with the pipeline's own deadline, in seconds: the test lays this file beside the package's DAG file."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.sdk import DAG, AsyncCallback, DeadlineAlert, task

from totes_deadline import RunDue, tell_that_it_is_late

with DAG(
    "probe",
    schedule=None,
    start_date=datetime(2024, 11, 1, tzinfo=UTC),
    is_paused_upon_creation=False,
    deadline=DeadlineAlert(
        name="late",
        reference=RunDue(),
        interval=timedelta(seconds=3),
        callback=AsyncCallback(tell_that_it_is_late, kwargs={"limit_minutes": 30}),
    ),
):

    @task
    def where() -> list[str]:
        """Whence a task imports `include` and the plugins."""
        import include
        import totes_deadline

        return [include.__file__, totes_deadline.__file__]

    @task
    def wait() -> None:
        """Until the test says so, by a file beside this one."""
        until = time.monotonic() + 120
        while not Path(__file__).with_name("go_on").exists() and time.monotonic() < until:
            time.sleep(0.2)

    where() >> wait()
