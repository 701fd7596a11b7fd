"""A stack of the benchmark's own, with a large table in its shop, on one executor after another."""

import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import psycopg

from include.environment import DAG_ID
from include.warehouse import migrate
from local import accounts
from local.program import HOST
from local.settings import Settings
from local.shop import demo, schema
from local.stack import Stack

TABLE = "fact_sales_order"
ORDERS = (Path(__file__).parent / "orders.sql").read_text()
_EMPTY = ("TRUNCATE fact_sales_order", "DELETE FROM etl_ledger", "DELETE FROM etl_watermark")
_BEFORE_THE_SCHEDULE_S = 20
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

    def trigger(self) -> str:
        """Forget that the table was ever loaded and start its first load, alone; returns the run."""
        api = self.stack.api
        while _until_the_schedule() < _BEFORE_THE_SCHEDULE_S or self._is_busy():
            time.sleep(1)
        with psycopg.connect(self.stack.conninfo("warehouse", "totes_etl")) as warehouse:
            for statement in _EMPTY:
                warehouse.execute(statement)
        return api.trigger(DAG_ID, {"tables": [TABLE]})

    def _is_busy(self) -> bool:
        """Whether a run goes on or waits; the first one, which loads the dimensions, is waited for too."""
        api = self.stack.api
        if (api.dag(DAG_ID) or {"is_paused": True})["is_paused"]:
            api.unpause(DAG_ID)
        return not api.runs(DAG_ID) or any(api.runs(DAG_ID, state=state) for state in ("queued", "running"))

    def catch_up(self) -> None:
        """A run of the table as it stands."""
        self.stack.api.wait(DAG_ID, self.stack.api.trigger(DAG_ID, {"tables": [TABLE]}), seconds=900)

    def tasks(self, run_id: str, *steps: str) -> list[Mapping[str, Any]]:
        """The table's tasks of a run, of these steps."""
        wanted = {f"{TABLE}.{step}" for step in steps}
        return [task for task in self.stack.api.task_instances(DAG_ID, run_id) if task["task_id"] in wanted]


@contextmanager
def ground(rows: int) -> Iterator[Ground]:
    """Servers, a shop with so many sales orders, an empty warehouse; removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="totes-bench-", dir="/var/tmp"))
    stack = Stack(Settings(state_dir=folder / "state", **_free_ports()))
    made = Ground(stack)
    try:
        stack.start_servers()
        with psycopg.connect(stack.conninfo("totesys", "shop"), autocommit=True) as shop:
            schema.create(shop)
            demo.fill(shop, until=date(2023, 1, 31))
            shop.execute(ORDERS.format(rows=rows).encode())
            schema.set_sequences(shop)
            shop.execute("VACUUM ANALYZE")
        migrate.upgrade(stack.conninfo("warehouse", "totes_etl"))
        yield made
    finally:
        made.stack.down()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(accounts.outside(folder / "state"), ignore_errors=True)


def say(text: str) -> None:
    """A line, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _until_the_schedule() -> float:
    """Seconds to the next run of the schedule, to whole minutes of five."""
    return 300 - datetime.now(UTC).timestamp() % 300


def _free_ports() -> dict[str, int]:
    names = [field.name for field in fields(Settings) if field.name.endswith("_port")]
    with ExitStack() as held:
        probes = {name: held.enter_context(socket.socket()) for name in names}
        for probe in probes.values():
            probe.bind((HOST, 0))
        return {name: int(probe.getsockname()[1]) for name, probe in probes.items()}
