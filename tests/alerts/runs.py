"""Runs and failures as `report` sees them."""

from datetime import UTC, datetime

from include.alerts.incidents import Run
from include.alerts.model import Failure

AT = datetime(2024, 11, 14, 14, 5, tzinfo=UTC)


def run(run_id: str = "scheduled__1", *, one_off: bool = False) -> Run:
    return Run(
        dag_id="totes_etl",
        run_id=run_id,
        environment="production",
        run_type="backfill" if one_off else "scheduled",
        one_off=one_off,
    )


def failure(task_id: str, cause: str = "drift", words: str = "it is not as declared") -> Failure:
    return Failure(
        task_id=task_id, cause=cause, try_number=3, tries=3, failed_at=AT, error_type="SomeError", error_lines=(words,)
    )
