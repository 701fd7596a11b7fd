"""A stack of the benchmark's own, with a large table in its shop, on one executor after another."""

import shutil
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.servers import own_folder
from include.environment import DAG_ID
from include.warehouse import migrate
from local.databases import OWNERS
from local.settings import ROOT, Settings
from local.shop import demo, schema
from local.stack import Stack
from tests.ports import free_ports

TABLE = "fact_sales_order"
ORDERS = (Path(__file__).parent / "orders.sql").read_text()
_EMPTY = ("TRUNCATE fact_sales_order", "DELETE FROM etl_ledger", "DELETE FROM etl_watermark")
EVERY_FIVE_MINUTES = "*/5 * * * *"
MOST_WORKERS = 2


@dataclass
class Ground:
    """The running stack."""

    stack: Stack

    def move_to(self, workers: int) -> None:
        """Go on with so many Celery workers of one slot each; with none, tasks run in the scheduler's processes."""
        settings = replace(
            self.stack.settings, executor="celery" if workers else "local", workers=MOST_WORKERS, slots=1
        )
        if settings != self.stack.settings or not self.stack.api.healthy():
            self.stack.down()
            self.stack = Stack(settings)
            self.stack.up()
        for number, name in enumerate(self.stack.airflow.workers):
            change = self.stack.supervisor.start_program if number < workers else self.stack.supervisor.stop_program
            change(name)

    def sell(self, rows: int) -> None:
        """Load the small shop as it is, then let it have so many orders more."""
        self.stack.api.unpause(DAG_ID)
        while not self.stack.api.runs(DAG_ID):
            time.sleep(0.5)
        self.stack.api.wait(DAG_ID, self.stack.api.runs(DAG_ID)[0]["dag_run_id"], seconds=900)
        with psycopg.connect(self.stack.conninfo("totesys", "shop"), autocommit=True) as shop:
            shop.execute(ORDERS.format(rows=rows).encode())
            schema.set_sequences(shop)
            shop.execute("VACUUM ANALYZE")

    def trigger(self) -> str:
        """Forget that the table was ever loaded and start its first load; returns the run."""
        with psycopg.connect(self.stack.conninfo("warehouse", OWNERS["warehouse"])) as warehouse:
            for statement in _EMPTY:
                warehouse.execute(statement)
        return self.stack.api.trigger(DAG_ID, {"tables": [TABLE]})

    def catch_up(self) -> None:
        """A run of the table as it stands."""
        self.stack.api.wait(DAG_ID, self.stack.api.trigger(DAG_ID, {"tables": [TABLE]}), seconds=900)

    def tasks(self, run_id: str, *steps: str) -> list[Mapping[str, Any]]:
        """The table's tasks of a run, of these steps."""
        wanted = {f"{TABLE}.{step}" for step in steps}
        return [task for task in self.stack.api.task_instances(DAG_ID, run_id) if task["task_id"] in wanted]


@contextmanager
def ground() -> Iterator[Ground]:
    """Servers, a small shop, an empty warehouse, the DAG without its schedule; removed at the end."""
    with own_folder() as folder:
        settings = Settings(state_dir=folder, dags_folder=_dags_without_schedule(folder), **free_ports())
        made = Ground(Stack(settings))
        try:
            made.stack.start_servers()
            with psycopg.connect(made.stack.conninfo("totesys", "shop")) as shop:
                schema.create(shop)
                demo.fill(shop, until=date(2023, 1, 31))
            migrate.upgrade_all(made.stack.conninfo("warehouse", OWNERS["warehouse"]))
            yield made
        finally:
            made.stack.down()


def _dags_without_schedule(folder: Path) -> Path:
    """A copy of the DAG files that comes due once a year: no run of the schedule gets in the way."""
    copied = Path(shutil.copytree(ROOT / "dags", folder / "dags-without-schedule"))
    dag_file = copied / "totes_schedule.py"
    text = dag_file.read_text()
    if EVERY_FIVE_MINUTES not in text:
        raise SystemExit(f"no schedule {EVERY_FIVE_MINUTES!r} in dags/totes_schedule.py")
    dag_file.write_text(text.replace(EVERY_FIVE_MINUTES, "0 0 1 1 *"))
    return copied


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
