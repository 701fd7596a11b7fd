"""One stack for what people run beside it: the smoke test, the demo of faults, the check of freshness."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.airflow_runs import AirflowRuns, running


@pytest.fixture(scope="package")
def airflow(prepared_stack: Path) -> Iterator[AirflowRuns]:
    """Airflow on a shop full of demo rows; each test leaves a stack behind that works."""
    with running(prepared_stack) as runs:
        runs.until_known()
        yield runs


@pytest.fixture(autouse=True)
def between_scheduled_runs(airflow: AirflowRuns) -> None:
    """Let a scheduled run that would meet the test go first."""
    airflow.let_the_schedule_go_first()
