"""A fault of the machine that tasks run on: their processes are killed."""

from __future__ import annotations

from typing import Any

import psycopg

from include.catalog import TABLES
from include.warehouse.load import one_load_at_a_time
from local.faildemo.fault import Fault, Tasks
from local.stack import Stack

TASK = "fact_payment.load"


class TaskKilled(Fault):
    """A task is killed at each of its tries, and leaves no word."""

    name = "task-killed"
    description = f"the process of {TASK} is killed (-9) at each try: what ended without a word is told all the same"
    takes_s = 75
    conf = {"tables": ["fact_payment"]}  # noqa: RUF012 # a constant; Fault says that it is the class's

    def __init__(self) -> None:
        self._lock: psycopg.Connection[Any] | None = None
        self._killed: set[int] = set()

    def break_(self, stack: Stack) -> str:
        """Give the task something to do, and have it wait, so that it is there when it is shot at."""
        with psycopg.connect(stack.conninfo("totesys", "shop")) as shop:
            shop.execute("UPDATE payment SET paid = paid WHERE payment_id = (SELECT max(payment_id) FROM payment)")
        self._lock = psycopg.connect(stack.conninfo("warehouse", "totes_etl"))
        one_load_at_a_time(self._lock, TABLES["fact_payment"])
        return f"{TASK} has to wait, as for another load of the table, and is there to be killed"

    def meddle(self, stack: Stack, tasks: Tasks) -> str | None:
        """Kill the task's process; let go of its table after the last try."""
        task = tasks.get(TASK, {})
        if task.get("state") == "failed":
            self._let_go()
        pid = task.get("pid")
        if task.get("state") != "running" or pid is None or pid in self._killed:
            return None
        if not stack.kill_task(str(task.get("hostname")), pid):
            return None
        self._killed.add(pid)
        return f"kill -9 {pid}: {TASK}, try {task['try_number']}"

    def repair(self, stack: Stack) -> str:  # noqa: ARG002 # every fault's
        """Let go of the table; the lock ends with whoever holds it."""
        self._let_go()
        return "nothing is killed any more"

    def _let_go(self) -> None:
        if self._lock:
            self._lock.close()
        self._lock = None
