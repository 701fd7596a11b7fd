"""How long runs take in the real Airflow of the running stack, and how long the DAG file takes to import.

`make bench`, after `make run`. Edits one row in each of the shop's eleven tables, three times over.
"""

import os
import statistics
import subprocess
import sys
from datetime import datetime

import psycopg

from include.environment import DAG_ID
from local.settings import ROOT, from_environment
from local.stack import Stack

REPEATS = 3
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
    "UPDATE purchase_order SET item_quantity = item_quantity + 1 WHERE purchase_order_id = 9",
    "UPDATE payment SET paid = NOT paid WHERE payment_id = 9",
)
IMPORT = """
import airflow.sdk, time
from airflow.sdk import DAG, Asset, CronDataIntervalTimetable, ExceptionRetryPolicy, Param, RetryAction, TaskGroup, task
before = time.perf_counter()
import totes_etl
print(time.perf_counter() - before)
"""


def run_seconds(stack: Stack) -> tuple[float, int]:
    """Seconds from trigger to the run's end as Airflow notes them, and the number of tasks executed."""
    run_id = stack.api.trigger(DAG_ID)
    state = stack.api.wait(DAG_ID, run_id)
    if state != "success":
        raise SystemExit(f"run {run_id} ended {state}; see `make status`")
    run = stack.api.run(DAG_ID, run_id)
    executed = sum(state != "skipped" for state in stack.api.task_states(DAG_ID, run_id).values())
    return (_at(run["end_date"]) - _at(run["queued_at"])).total_seconds(), executed


def change_every_table(stack: Stack) -> None:
    """One row edited in each of the shop's tables."""
    with psycopg.connect(stack.conninfo("totesys", "shop")) as shop:
        for edit in EDITS:
            shop.execute(edit)


def import_seconds() -> float:
    """What importing the DAG file costs on top of Airflow itself."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{ROOT}:{ROOT / 'dags'}:{ROOT / 'plugins'}",
        "AIRFLOW_HOME": str(ROOT / ".state" / "airflow"),
    }
    done = subprocess.run([sys.executable, "-c", IMPORT], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _line(what: str, seconds: list[float], more: str = "") -> str:
    shown = " ".join(f"{one:.2f}" for one in seconds)
    return f"{what:<34} median {statistics.median(seconds):6.2f} s   of {shown}{more}\n"


def main() -> None:
    """Print the table."""
    stack = Stack(from_environment())
    run_seconds(stack)  # whatever is pending
    idle = [run_seconds(stack) for _ in range(REPEATS)]
    busy = []
    for _ in range(REPEATS):
        change_every_table(stack)
        busy.append(run_seconds(stack))
    imports = [import_seconds() for _ in range(REPEATS)]
    sys.stdout.write(_line("run without changes", [s for s, _ in idle], f"   tasks {idle[0][1]}"))
    sys.stdout.write(_line("run, every table changed", [s for s, _ in busy], f"   tasks {busy[0][1]}"))
    sys.stdout.write(_line("DAG file import beyond Airflow", imports))


if __name__ == "__main__":
    main()
