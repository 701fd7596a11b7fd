"""How long runs take in a real Airflow, what it costs idle, how long the DAG file imports.

`make bench-runs`: RUNS=3 of each kind, IDLE=120 seconds, on a stack of its own as `make run` makes it. Rows of the shop
are edited: one, and one in each of its eleven tables. While the stack is idle the DAG is paused.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import psycopg

from benchmarks import footprint
from benchmarks.whole_stack import whole_stack
from include.environment import DAG_ID
from local.settings import ROOT
from local.stack import Stack

REPEATS = int(os.environ.get("RUNS") or 3)
IDLE_S = float(os.environ.get("IDLE") or 120)
ONE = "UPDATE purchase_order SET item_quantity = item_quantity + 1 WHERE purchase_order_id = 9"
EDITS = (
    "UPDATE address SET phone = phone || '1' WHERE address_id = 3",
    "UPDATE counterparty SET commercial_contact = 'N' WHERE counterparty_id = 3",
    "UPDATE currency SET last_updated = now() WHERE currency_id = 1",
    "UPDATE department SET manager = 'Z' WHERE department_id = 3",
    "UPDATE design SET file_location = '/x' WHERE design_id = 5",
    "UPDATE staff SET last_name = 'Q' WHERE staff_id = 2",
    "UPDATE payment_type SET last_updated = now() WHERE payment_type_id = 1",
    "UPDATE transaction SET last_updated = now() WHERE transaction_id = 5",
    "UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id = 9",
    ONE,
    "UPDATE payment SET paid = NOT paid WHERE payment_id = 9",
)
IMPORT = """
import airflow.sdk, time
from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, ExceptionRetryPolicy, Param, RetryAction, TaskGroup, task
before = time.perf_counter()
import totes_etl
print(time.perf_counter() - before)
"""


@dataclass(frozen=True)
class Run:
    """Seconds from trigger to the run's end as Airflow notes them, CPU-seconds of the stack, and tasks executed."""

    seconds: float
    cpu_s: float
    tasks: int


def run(stack: Stack, *edits: str) -> Run:
    """Edit the shop, each edit a transaction of its own, and run the pipeline once."""
    with psycopg.connect(stack.conninfo("totesys", "shop"), autocommit=True) as shop:
        for edit in edits:
            shop.execute(edit.encode())
    cpu_s = footprint.cpu_s(stack)
    run_id = stack.api.trigger(DAG_ID)
    state = stack.api.wait(DAG_ID, run_id)
    if state != "success":
        raise SystemExit(f"run {run_id} ended {state}; see `make status`")
    time.sleep(2)  # a worker ends after its task
    cpu_s = footprint.cpu_s(stack) - cpu_s
    found = stack.api.run(DAG_ID, run_id)
    executed = sum(state != "skipped" for state in stack.api.task_states(DAG_ID, run_id).values())
    return Run((_at(found["end_date"]) - _at(found["queued_at"])).total_seconds(), cpu_s, executed)


def import_seconds(stack: Stack) -> float:
    """What importing the DAG file costs on top of Airflow itself."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'dags'}:{ROOT / 'plugins'}",
        "AIRFLOW_HOME": str(stack.settings.state_dir / "imports"),
    }
    done = subprocess.run([sys.executable, "-c", IMPORT], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _said(what: str, runs: Sequence[Run]) -> str:
    seconds, cpu_s = [one.seconds for one in runs], [one.cpu_s for one in runs]
    more = f"   CPU {statistics.median(cpu_s):5.1f} s   tasks {runs[0].tasks}"
    return _line(what, seconds, more)


def _line(what: str, seconds: Sequence[float], more: str = "") -> str:
    shown = " ".join(f"{one:.2f}" for one in seconds)
    return f"{what:<30} median {statistics.median(seconds):6.2f} s   of {shown}{more}\n"


def _programs(programs: Sequence[footprint.Program]) -> str:
    lines = [f"{'idle':<30} {'CPU-s a minute':>14}   MiB\n"]
    lines += [f"  {one.name:<28} {one.cpu_s_per_minute:14.2f} {one.memory_mib:5.0f}\n" for one in programs]
    sums = sum(one.cpu_s_per_minute for one in programs), sum(one.memory_mib for one in programs)
    return "".join([*lines, f"  {'all':<28} {sums[0]:14.2f} {sums[1]:5.0f}\n"])


def measure(stack: Stack) -> None:
    """Print the table."""
    run(stack)  # whatever is pending
    kinds = {"run without changes": (), "run, one table changed": (ONE,), "run, every table changed": EDITS}
    for what, edits in kinds.items():
        _tell(_said(what, [run(stack, *edits) for _ in range(REPEATS)]))
    _tell(_line("DAG file import beyond Airflow", [import_seconds(stack) for _ in range(REPEATS)]))
    stack.api.unpause(DAG_ID, paused=True)
    _tell(_programs(footprint.idle(stack, IDLE_S)))


def _tell(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


if __name__ == "__main__":
    with whole_stack() as running:
        measure(running)
