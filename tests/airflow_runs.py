"""A whole embedded stack of the tests' own: PostgreSQL, S3, and Airflow with its scheduler and LocalExecutor."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import psycopg

from include.catalog import FED
from include.object_store import ObjectStore
from include.warehouse import migrate
from local import accounts, databases, leftovers, program, secrets_store
from local.aws import PROCESSED_BUCKET, RAW_BUCKET
from local.settings import Settings
from local.shop import demo, schema
from local.stack import Stack
from tests.pipeline import Pipeline
from tests.ports import free_ports

DAG = "totes_etl"
TABLES = tuple(table.name for table in FED)
TASKS = 3 + 3 * len(TABLES) + sum(table.split_rows is not None for table in FED)
TEST_S = 40  # what a test of a few runs takes at most

_numbers = count(1)


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

    def until_known(self) -> None:
        """Wait until Airflow has read the DAG's file."""
        deadline = time.monotonic() + 60
        while self.stack.api.dag(DAG) is None:
            assert time.monotonic() < deadline
            time.sleep(0.5)

    def let_the_schedule_go_first(self) -> None:
        """Where the five-minute schedule runs beside the tests, wait for the run that would meet the next one.

        Due in the middle of the test, it would load the test's changes before the run that the test starts for them;
        due in the middle of the test before, it may have had to wait for that one's runs and would begin only now.
        """
        api, mark = self.stack.api, _mark()
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


@contextmanager
def running(prepared: Path) -> Iterator[AirflowRuns]:
    """A stack of the tests' own while the block runs: a shop full of demo rows, an empty warehouse, the DAG paused.

    `prepared` is what `prepare` made.
    """
    with on_copy(prepared) as stack:
        stack.up()
        yield AirflowRuns(stack, _pipeline(stack))


@contextmanager
def on_copy(prepared: Path, **settings: Any) -> Iterator[Stack]:
    """A stack on a copy of the state folder `prepared`, not started; whatever of it was, ends with the block."""
    folder = prepared.with_name(f"airflow-{os.getpid()}-{next(_numbers)}")
    stack = Stack(Settings(state_dir=folder, durable=False, **free_ports(), **settings))
    try:
        stack.settings.make_state_dir()
        _copy(prepared, folder)
        yield stack
    finally:
        _end_at_once(stack)
        _remove(folder)


@contextmanager
def prepare(folder: Path) -> Iterator[Path]:
    """A state folder that was never run while the block runs: all databases are in place, the shop's rows too.

    Airflow's own tables and these rows would else be made anew for each stack.
    """
    stack = Stack(Settings(state_dir=folder, durable=False, **free_ports()))
    postgres, log = stack.postgres, folder / "prepare.log"
    try:
        postgres.prepare()
        with program.running(postgres.program(), log, postgres.is_ready):
            databases.create_all(postgres.admin(), stack.secrets)
            with psycopg.connect(stack.conninfo("totesys", "shop")) as connection:
                schema.create(connection)
                demo.fill(connection, until=date(2024, 11, 15))
            migrate.upgrade_all(stack.conninfo("warehouse", "warehouse_owner"))
            stack.airflow.prepare()
            stack.airflow.migrate(log)
        yield folder
    finally:
        _remove(folder)


def _copy(prepared: Path, folder: Path) -> None:
    """The databases, the passwords to them, and Airflow's home, which says that its tables are there."""
    places = (accounts.postgres_place(one).home / "data" for one in (prepared, folder))
    copies = [places, *((prepared / name, folder / name) for name in (secrets_store.FILE, "airflow"))]
    for here, there in copies:
        subprocess.run(("cp", "-a", str(here), str(there)), check=True)  # noqa: S607 # keeps owners, which shutil does not


def _end_at_once(stack: Stack) -> None:
    """Kill whatever runs but PostgreSQL, which would leave shared memory behind; the folder goes with it."""
    for one in stack.processes():
        with suppress(psutil.NoSuchProcess):
            if one.name() != "postgres":
                one.kill()
    leftovers.end(stack.processes())


def _remove(folder: Path) -> None:
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
