"""The steps of a run in which 100 orders changed, and of one in which nothing did, each measured."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import psycopg

from benchmarks.growth.ground import Ground
from benchmarks.growth.measure import Cost, Meter
from include import steps
from include.alerts.incidents import Run
from include.freshness.standing import read
from tests.pipeline import NAMES

TABLE = "fact_sales_order"
CHANGED = 100
_RUN = Run(dag_id="totes_etl", run_id="scheduled__bench", environment="production", run_type="scheduled")
_CHANGE = """
UPDATE sales_order SET units_sold = units_sold + 1, last_updated = now()
WHERE sales_order_id IN (SELECT 1 + n * ((SELECT max(sales_order_id) FROM sales_order) / {changed})
                         FROM generate_series(0, {changed} - 1) AS n)
"""


def costs(ground: Ground, meter: Meter, repeats: int) -> dict[str, Cost]:
    """By step the median of so many runs."""
    found: dict[str, list[Cost]] = {}
    for _ in range(repeats):
        for name, cost in _once(ground, meter):
            found.setdefault(name, []).append(cost)
    return {name: _median(several) for name, several in found.items()}


def _once(ground: Ground, meter: Meter) -> Iterator[tuple[str, Cost]]:
    pipeline = ground.pipeline
    yield "plan, no change", meter.cost(pipeline.plan)
    pipeline.shop(_CHANGE.format(changed=CHANGED))
    done: dict[str, Any] = {}

    def keep(name: str, step: Callable[[], Any]) -> Cost:
        return meter.cost(lambda: done.update({name: step()}))

    yield "plan, 100 rows changed", meter.cost(pipeline.plan)
    yield "extract", keep("extracted", lambda: pipeline.extract(TABLE))
    yield "transform", keep("transformed", lambda: pipeline.transform(done["extracted"]))
    yield "load", keep("loaded", lambda: pipeline.load(done["transformed"], _RUN.run_id))
    yield "tell", meter.cost(lambda: _tell(ground))
    with psycopg.connect(pipeline.loader) as connection:
        connection.execute(
            "UPDATE etl_check SET checked_at = checked_at - interval '31 minutes'"
            " WHERE checked_at > now() - interval '29 minutes'"
        )
    yield "compare with the source", meter.cost(lambda: _verify(ground))
    with psycopg.connect(pipeline.loader) as connection:
        connection.execute("UPDATE etl_watermark SET keys_at = keys_at - interval '26 minutes'")
    yield "look for deleted rows", meter.cost(lambda: _load_again(ground))
    yield "freshness", meter.cost(lambda: _freshness(ground))


def _load_again(ground: Ground) -> None:
    """A run in which nothing changed, and a comparison of keys was due."""
    if TABLE in ground.pipeline.plan():
        ground.pipeline.load(ground.pipeline.transform(ground.pipeline.extract(TABLE)))


def _verify(ground: Ground) -> None:
    with ground.pipeline.reading() as source, ground.pipeline.loading() as warehouse:
        steps.verify(source, warehouse, NAMES)


def _tell(ground: Ground) -> None:
    @contextmanager
    def warehouse() -> Iterator[Any]:
        with ground.pipeline.loading() as connection:
            yield connection

    outcome = steps.Outcome(requested=NAMES, well=NAMES)
    steps.tell(_RUN, outcome, warehouse=warehouse, lake=lambda: ground.pipeline.processed, channels=[])


def _freshness(ground: Ground) -> None:
    with ground.pipeline.loading() as warehouse:
        read(warehouse)


def _median(several: list[Cost]) -> Cost:
    columns = {name: [asdict(cost)[name] for cost in several] for name in asdict(several[0])}
    return Cost(**{name: statistics.median(values) for name, values in columns.items()})
