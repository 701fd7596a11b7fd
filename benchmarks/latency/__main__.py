"""How long a change takes from commit to visible: `make bench-latency`, MINUTES=60 EVERY=3 SEED=1 WATCH=off.

Changes are committed at a steady pace with a pause now and then; a reader of the warehouse looks for each of them
four times a second. One that is not there within a quarter of an hour is lost.
The tables go to standard output, everything else to a file of JSON (OUT=.bench/latency-<WATCH>.json).
"""

import os
import random
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from benchmarks.latency import report
from benchmarks.latency.arrivals import Warehouse
from benchmarks.latency.changes import Change, Shop
from benchmarks.latency.report import Arrival
from benchmarks.whole_stack import whole_stack
from local.settings import ROOT
from local.stack import Stack

LOOK_S = 0.25
LOST_S = 15 * 60
BURST, PAUSE_S = 20, 15
"""After so many changes, so many seconds without any."""


def main() -> None:
    """Measure, print the tables, write the JSON."""
    watch, minutes = os.environ.get("WATCH") or "off", _number("MINUTES", 60)
    every_s, seed = _number("EVERY", 3), int(_number("SEED", 1))
    out = Path(os.environ.get("OUT") or ROOT / ".bench" / f"latency-{watch}.json")
    with whole_stack(watch) as stack:
        began = datetime.now(UTC)
        arrivals = _measure(stack, seconds=minutes * 60, every_s=every_s, seed=seed)
        with psycopg.connect(stack.conninfo("airflow", "airflow")) as airflow:
            runs = report.runs_since(airflow, began)
    asked = {"began": began.isoformat(), "watch": watch, "minutes": minutes, "every_s": every_s, "seed": seed}
    report.write(out, asked, arrivals, runs)
    sys.stdout.write(f"{report.table(arrivals, runs)}\n{out}\n")


def _measure(stack: Stack, *, seconds: float, every_s: float, seed: int) -> list[Arrival]:
    with (
        psycopg.connect(stack.conninfo("totesys", "shop"), autocommit=True) as source,
        psycopg.connect(stack.conninfo("warehouse", "analyst"), autocommit=True) as stars,
    ):
        shop, warehouse, pauses = Shop(source, seed), Warehouse(stars), _Pauses(every_s, seed)
        pending: list[Change] = []
        arrivals: list[Arrival] = []
        due = time.monotonic()
        ends = due + seconds
        while pending or due < ends:
            if due < ends and time.monotonic() >= due:
                pending.append(shop.change())
                due += pauses.next_s()
            arrived = set(warehouse.arrived(pending))
            seen_at = time.monotonic()
            gone = {change for change in pending if seen_at - change.committed_at > LOST_S} - arrived
            arrivals += [Arrival(change.kind, seen_at - change.committed_at) for change in arrived]
            arrivals += [Arrival(change.kind, None) for change in gone]
            pending = [change for change in pending if change not in arrived | gone]
            time.sleep(LOOK_S)
    return arrivals


class _Pauses:
    """The seconds between changes: uneven, with a long pause after each burst; the same for the same seed."""

    def __init__(self, every_s: float, seed: int) -> None:
        self._every_s, self._dice, self._left = every_s, random.Random(seed), BURST  # noqa: S311  no secret

    def next_s(self) -> float:
        self._left = self._left - 1 or BURST
        return self._dice.uniform(0.2, 1.8) * self._every_s + (PAUSE_S if self._left == BURST else 0)


def _number(name: str, default: float) -> float:
    return float(os.environ.get(name) or default)


if __name__ == "__main__":
    main()
