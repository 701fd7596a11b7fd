"""`make bench-workers`: the first load of a large table through the real DAG, on one executor after another.

`RUNS` names them: `local`, the number of Celery workers (one or two, of one slot each, so that a worker more is a
task more at once), and with a `k` the same with a worker killed in the middle while the shop goes on selling.
"""

import os
import random
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime
from typing import Any

import psutil
import psycopg

from benchmarks.workers.exactness import compare
from benchmarks.workers.ground import MOST_WORKERS, Ground, ground, say
from include.environment import DAG_ID

PATIENCE_S = 1800


class Selling(AbstractContextManager[None]):
    """Edits of orders all over the table while the block runs."""

    def __init__(self, shop: str) -> None:
        self._shop = shop
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._sell)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _sell(self) -> None:
        chance = random.Random(7)  # noqa: S311  which orders
        with psycopg.connect(self._shop, autocommit=True) as shop:
            (last,) = shop.execute("SELECT max(sales_order_id) FROM sales_order").fetchone() or (1,)
            while not self._over.wait(0.5):
                keys = [chance.randint(1, last) for _ in range(20)]
                shop.execute(
                    "UPDATE sales_order SET units_sold = units_sold %% 90000 + 1 WHERE sales_order_id = ANY(%s)", [keys]
                )


def measure(on: Ground, name: str) -> float:
    """One run; prints what it took and what is lost, and returns its seconds from trigger to loaded."""
    killing = name.endswith("k")
    workers = 0 if name == "local" else int(name.rstrip("k"))
    on.move_to(workers)
    shop, warehouse = on.stack.conninfo("totesys", "shop"), on.stack.conninfo("warehouse", "totes_etl")
    with Selling(shop) if killing else nullcontext():
        run_id = on.trigger()
        killed_at = _kill_in_the_middle(on, run_id) if killing else None
        state = on.stack.api.wait(DAG_ID, run_id, seconds=PATIENCE_S)
    if killing:
        on.catch_up()
    seconds = _told(on, run_id, name, state, killed_at)
    say(f"    {compare(shop, warehouse)}")
    return seconds


def _kill_in_the_middle(on: Ground, run_id: str) -> float:
    """Kill the worker of a range with all that it started, as a machine that is gone; returns when."""
    while on.stack.api.run(DAG_ID, run_id)["state"] in {"queued", "running"}:
        if any(task["state"] == "running" for task in on.tasks(run_id, "extract", "transform")):
            for one in on.stack.supervisor.programs():
                if one["name"].startswith("worker-") and _kill_if_busy(one["pid"]):
                    return time.time()
        time.sleep(0.1)
    raise SystemExit("the run ended before a worker could be killed; give it more ROWS")


def _kill_if_busy(pid: int) -> bool:
    """Kill a worker, if one of the slots that it forked has forked a task."""
    worker = psutil.Process(pid)
    family = worker.children(recursive=True)
    if not any(process.ppid() != pid for process in family):
        return False
    for process in (worker, *family):
        if process.is_running():
            process.kill()
    return True


def _told(on: Ground, run_id: str, name: str, state: str, killed_at: float | None) -> float:
    read, loads = on.tasks(run_id, "extract", "transform"), on.tasks(run_id, "load")
    run = on.stack.api.run(DAG_ID, run_id)
    seconds = _end(loads) - _at(run["queued_at"])
    ranges = len(on.tasks(run_id, "extract"))
    say(
        f"{name:<6} {state}: {seconds:6.1f} s from trigger to loaded; extract and transform of {ranges} ranges"
        f" {_end(read) - _start(read):6.1f} s, load {_end(loads) - _start(loads):6.1f} s"
    )
    if killed_at:
        again = [task for task in read if task["try_number"] > 1]
        waited = min((_at(task["start_date"]) for task in again), default=killed_at) - killed_at
        say(f"    {len(again)} tasks were killed with their worker and tried again, the first {waited:.0f} s later")
    return seconds


def _start(tasks: Sequence[Mapping[str, Any]]) -> float:
    return min(_at(task["start_date"]) for task in tasks)


def _end(tasks: Sequence[Mapping[str, Any]]) -> float:
    return max(_at(task["end_date"]) for task in tasks)


def _at(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def main() -> None:
    """Print the runs, one after another."""
    rows = int(os.environ.get("ROWS") or 2_000_000)
    names = (os.environ.get("RUNS") or "1,2,2k,local").split(",")
    with ground() as on:
        on.move_to(MOST_WORKERS)
        on.sell(rows)
        say(f"{rows:,} sales orders; {os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
        seconds = {name: measure(on, name) for name in names}
    if {"1", "2"} <= seconds.keys():
        say(f"two workers are {seconds['1'] / seconds['2']:.2f} times as fast as one")


if __name__ == "__main__":
    main()
