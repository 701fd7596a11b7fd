"""A stack for each module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.airflow_runs import AirflowRuns, running


@pytest.fixture(autouse=True)
def between_scheduled_runs(request: pytest.FixtureRequest) -> None:
    """Where a test shares its Airflow with the five-minute schedule, let a scheduled run go first."""
    if "airflow" in request.fixturenames:
        request.getfixturevalue("airflow").let_the_schedule_go_first()


@pytest.fixture(scope="module")
def airflow(request: pytest.FixtureRequest, prepared_stack: Path) -> Iterator[AirflowRuns]:
    """Airflow on a shop full of demo rows and a migrated, empty warehouse; the DAG is still paused.

    A test module's `SETTINGS` are settings of the pipeline.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in getattr(request.module, "SETTINGS", {}).items():
            patch.setenv(f"AIRFLOW__TOTES__{name}", value)
        with running(prepared_stack) as runs:
            yield runs
