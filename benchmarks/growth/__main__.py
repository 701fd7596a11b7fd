"""`python -m benchmarks.growth`: SIZES=10000,100000,1000000 LOADS=0,10000,105000 REPEATS=3 OUT=<folder>.

The first curve grows a table of orders, the second the past: LOADS runs of five minutes in ledger, runs, checks,
alerts and the raw zone. Each step of a run in which 100 orders changed is measured. The long form:
SIZES=10000,100000,1000000,10000000.
"""

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from benchmarks.growth import history, orders, run
from benchmarks.growth.chart import chart
from benchmarks.growth.ground import Ground, ground
from benchmarks.growth.measure import Cost, Meter
from benchmarks.growth.tables import markdown
from local.aws import RAW_BUCKET

Curve = dict[int, Mapping[str, Cost]]


def main() -> None:
    """Measure both curves, print them, and write them with their charts to OUT, if it is given."""
    repeats = int(os.environ.get("REPEATS", "3"))
    sizes = _numbers("SIZES", "10000,100000,1000000")
    loads = _numbers("LOADS", "0,10000,105000")
    _tell("growth-tables", "sales orders", _measured(sizes, orders.grow_to, repeats))
    _tell("growth-history", "runs before", _measured(loads, _past, repeats))


def _measured(points: list[int], grow: Callable[[Ground, int], None], repeats: int) -> Curve:
    curve: Curve = {}
    for point in points:
        with ground() as ready:
            orders.grow_to(ready, 10)
            grow(ready, point)
            curve[point] = run.costs(ready, Meter(ready), repeats)
            _say(f"{point:,} measured")
    return curve


def _past(ready: Ground, loads: int) -> None:
    orders.grow_to(ready, 10_000)
    history.add_ledger(ready, loads)
    history.add_lake(ready, loads)
    ready.servers.restart_s3()
    # The stand-in reads its folder at the first listing: 12 s of 400,000 objects, which are none of a step's.
    ready.servers.aws.s3(ready.servers.secrets).list_objects_v2(Bucket=RAW_BUCKET, MaxKeys=1)


def _tell(name: str, axis: str, curve: Curve) -> None:
    _say(f"\n{markdown(axis, curve)}\n")
    if "OUT" in os.environ:
        folder = Path(os.environ["OUT"])
        folder.mkdir(parents=True, exist_ok=True)
        record = {point: {step: asdict(cost) for step, cost in costs.items()} for point, costs in curve.items()}
        (folder / f"{name}.json").write_text(json.dumps(record, indent=1))
        (folder / f"{name}.svg").write_text(chart(axis, curve))


def _numbers(name: str, default: str) -> list[int]:
    return [int(number) for number in os.environ.get(name, default).split(",") if number]


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
