"""A whole embedded stack of the tests' own: PostgreSQL, S3, and Airflow with its scheduler and LocalExecutor."""

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest

from include.catalog import FED
from include.object_store import ObjectStore
from include.warehouse import migrate
from local import accounts
from local.aws import PROCESSED_BUCKET, RAW_BUCKET
from local.settings import ROOT, Settings
from local.shop import demo, schema
from local.stack import Stack
from tests.pipeline import Pipeline
from tests.ports import free_ports

DAG = "totes_etl"
TABLES = tuple(table.name for table in FED)
TASKS = 3 + 3 * len(TABLES) + sum(table.split_rows is not None for table in FED)
TEST_S = 40  # what a test of a few runs takes at most


@dataclass(frozen=True, repr=False)
class AirflowRuns:
    """The running stack, and the pipeline's ends to look at."""

    stack: Stack
    pipeline: Pipeline

    def trigger(self, **conf: Any) -> str:
        """Start a run by hand and wait until it ended well; returns its id."""
        run_id = self.stack.api.trigger(DAG, conf)
        self.wait(run_id)
        return run_id

    def wait(self, run_id: str, state: str = "success") -> None:
        ended = self.stack.api.wait(DAG, run_id)
        assert ended == state, self.stack.api.task_states(DAG, run_id)

    def executed(self, run_id: str) -> set[str]:
        """The tasks of a run that were not skipped."""
        states = self.stack.api.task_states(DAG, run_id)
        assert len(states) == TASKS
        return {task for task, state in states.items() if state != "skipped"}

    def xcom(self, run_id: str, task_id: str) -> Any:
        """What a task returned."""
        return self.stack.api.get(f"dags/{DAG}/dagRuns/{run_id}/taskInstances/{task_id}/xcomEntries/return_value")[
            "value"
        ]


@pytest.fixture(autouse=True)
def between_scheduled_runs(request: pytest.FixtureRequest) -> None:
    """Where a test shares its Airflow with the five-minute schedule, let a scheduled run go first.

    Due in the middle of the test, it would load the test's changes before the run that the test starts for them;
    due in the middle of the test before, it may have had to wait for that one's runs and would begin only now.
    """
    if "airflow" in request.fixturenames:
        _let_the_schedule_go_first(request.getfixturevalue("airflow"))


def _let_the_schedule_go_first(airflow: AirflowRuns) -> None:
    api, mark = airflow.stack.api, _mark()
    if (api.dag(DAG) or {"is_paused": True})["is_paused"]:
        return
    patience = max(mark, datetime.now(UTC)) + timedelta(seconds=30)  # a test may have left the scheduler dead
    while datetime.now(UTC) < patience:
        if run_id := _scheduled(api.runs(DAG), mark):
            api.wait(DAG, run_id)
            return
        time.sleep(0.5)


def _mark() -> datetime:
    """When the scheduled run comes due that would meet a test that begins now."""
    soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=TEST_S)
    return soon.replace(minute=soon.minute - soon.minute % 5, second=0)


def _scheduled(runs: list[Mapping[str, Any]], mark: datetime) -> str | None:
    """The scheduled run that came due at `mark`."""
    for run in runs:
        if run["run_type"] == "scheduled" and datetime.fromisoformat(run["run_after"]) >= mark:
            return str(run["dag_run_id"])
    return None


@pytest.fixture(scope="module")
def airflow(request: pytest.FixtureRequest) -> Iterator[AirflowRuns]:
    """Airflow on a shop full of demo rows and a migrated, empty warehouse; the DAG is still paused.

    A test module's `SETTINGS` are settings of the pipeline.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name, value in getattr(request.module, "SETTINGS", {}).items():
            patch.setenv(f"AIRFLOW__TOTES__{name}", value)
        with running() as runs:
            yield runs


@contextmanager
def running() -> Iterator[AirflowRuns]:
    """A stack of the tests' own while the block runs: a shop full of demo rows, an empty warehouse, the DAG paused."""
    folder = ROOT / ".test-state" / f"airflow-{os.getpid()}"
    stack = Stack(Settings(state_dir=folder, durable=False, **free_ports()))
    try:
        stack.start_servers()
        with psycopg.connect(stack.conninfo("totesys", "shop")) as connection:
            schema.create(connection)
            demo.fill(connection, until=date(2024, 11, 15))
        migrate.upgrade_all(stack.conninfo("warehouse", "warehouse_owner"))
        stack.start_airflow()
        yield AirflowRuns(stack, _pipeline(stack))
    finally:
        stack.down()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)


def _pipeline(stack: Stack) -> Pipeline:
    client = stack.aws.s3(stack.secrets)
    return Pipeline(
        owner=stack.conninfo("totesys", "shop"),
        reader=stack.conninfo("totesys", "totes_reader"),
        loader=stack.conninfo("warehouse", "totes_etl"),
        warehouse_owner=stack.conninfo("warehouse", "warehouse_owner"),
        raw=ObjectStore(client, RAW_BUCKET),
        processed=ObjectStore(client, PROCESSED_BUCKET),
    )
