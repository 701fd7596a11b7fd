"""Faults of the scheduler, of its tasks and of its database, through a real Airflow: right again within two runs."""

import os
import signal
import time
from collections.abc import Callable

import psutil
import psycopg
import pytest

from local.errors import StackError
from tests.airflow_runs import DAG, AirflowRuns
from tests.faults import truth
from tests.faults.conftest import CUT_DOWN
from tests.faults.figures import Figures, compare, regressions
from tests.faults.matrix import Result
from tests.faults.polls import PLANNING, Polls
from tests.integration.conftest import airflow
from tests.pipeline import NAMES

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.skipif("FAULT_SEEDS" not in os.environ, reason="it starts a whole Airflow: make faults runs it"),
    pytest.mark.timeout(1200),
]
__all__ = ["airflow"]  # the fixture
EDITS = (
    "UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id % 3 = 1",
    "UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id % 3 = 1",
    "UPDATE staff SET last_name = last_name || '!' WHERE staff_id < 5",
    "DELETE FROM payment WHERE payment_id = (SELECT max(payment_id) FROM payment)",
)


@pytest.fixture(scope="module")
def polls(airflow: AirflowRuns) -> Polls:
    """The truth in the stack's own shop, cut down to a small one, after the first run."""
    with psycopg.connect(airflow.pipeline.owner, autocommit=True) as connection:
        for statement in CUT_DOWN:
            connection.execute(statement.encode())
        with connection.transaction():
            truth.install(connection)
    airflow.until_known()
    airflow.stack.api.unpause(DAG)
    airflow.trigger()
    return Polls(airflow.stack.aws.s3(airflow.stack.secrets), airflow.pipeline.raw.bucket, airflow.pipeline.owner)


def scheduler_killed(airflow: AirflowRuns) -> None:
    """The scheduler is killed (-9) in the middle of a run; the supervisor starts it again."""
    _scheduler(airflow).kill()


def task_killed(airflow: AirflowRuns) -> None:
    """Task processes are killed (-9) in the middle of a run."""
    workers = _scheduler(airflow).children()
    tasks = [task for worker in workers for task in worker.children()]
    assert tasks, "no task was running"
    for task in tasks:
        task.send_signal(signal.SIGKILL)


def postgres_restarted(airflow: AirflowRuns) -> None:
    """PostgreSQL (source, warehouse and Airflow's own database) is restarted in the middle of a run."""
    airflow.stack.supervisor.stop_program("postgres")
    airflow.stack.supervisor.start_program("postgres")


@pytest.mark.parametrize("inject", [task_killed, postgres_restarted, scheduler_killed], ids=lambda f: f.__name__)
def test_scheduler_fault(
    airflow: AirflowRuns,
    polls: Polls,
    results: list[Result],
    inject: Callable[[AirflowRuns], None],
):
    result = Result(fault=(inject.__doc__ or "").rstrip("."), category="scheduler", seed=0)
    results.append(result)
    run_id = _run_in_the_middle(airflow)
    inject(airflow)
    _ended(airflow, run_id)
    for runs in range(3):
        result.figures = _figures(airflow, polls)
        if result.figures.clean:
            result.recovery = runs
            break
        airflow.trigger()
    with psycopg.connect(airflow.pipeline.loader) as warehouse:
        result.regressions = regressions(warehouse)
    result.outcome = "ok" if result.figures.clean and result.regressions == 0 else "WRONG"
    assert result.outcome == "ok", result.figures.where
    assert airflow.stack.api.healthy()


def _figures(airflow: AirflowRuns, polls: Polls) -> Figures:
    with (
        psycopg.connect(airflow.pipeline.owner, options=PLANNING) as source,
        psycopg.connect(airflow.pipeline.loader) as warehouse,
    ):
        return compare(source, warehouse, polls, NAMES)


def _scheduler(airflow: AirflowRuns) -> psutil.Process:
    """The scheduler's first process."""
    found = [one for one in airflow.stack.processes() if "scheduler" in " ".join(one.cmdline())]
    pids = {one.pid for one in found}
    return next(one for one in found if one.ppid() not in pids)


def _run_in_the_middle(airflow: AirflowRuns) -> str:
    """A run one of whose steps is running; the schedule may take the edits first, then there are more."""
    for _ in range(5):
        airflow.pipeline.shop(*EDITS)
        run_id = airflow.stack.api.trigger(DAG)
        while airflow.stack.api.run(DAG, run_id)["state"] not in {"success", "failed"}:
            states = airflow.stack.api.task_states(DAG, run_id)
            if any(state == "running" and "." in task for task, state in states.items()):
                return run_id
    raise AssertionError("no step of five runs was ever seen running")


def _ended(airflow: AirflowRuns, run_id: str) -> None:
    """Wait until the run ended, however; Airflow itself may be away for a while."""
    deadline = time.monotonic() + 600
    while time.monotonic() < deadline:
        try:
            if airflow.stack.api.run(DAG, run_id)["state"] in {"success", "failed"}:
                return
        except StackError:
            pass
        time.sleep(1)
    raise AssertionError(f"run {run_id} did not end")
