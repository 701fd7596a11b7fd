"""A small shop that is revised and deleted from, run after run, and what it held at each moment in between."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

from include.object_store import ObjectStore
from tests.pipeline import Pipeline
from tests.source.small_shop import ROWS

_AGAIN = """
INSERT INTO sales_order (sales_order_id, created_at, last_updated, design_id, staff_id, counterparty_id, units_sold,
  unit_price, currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
VALUES (2, now(), now(), 1, 1, 1, 77, 9.99, 1, '2024-11-10', '2024-11-08', 1)
"""
_REVENUE = "UPDATE sales_order SET units_sold = {units} WHERE sales_order_id = 1"
STEPS = (
    (),
    (_REVENUE.format(units=5555), "UPDATE payment SET paid = true, last_updated = now() WHERE payment_id = 1"),
    (
        "DELETE FROM payment WHERE payment_id = 2",
        'DELETE FROM "transaction" WHERE transaction_id = 2',
        "DELETE FROM sales_order WHERE sales_order_id = 2",
    ),
    (_REVENUE.format(units=1000),),  # as it was at first
    (_AGAIN, "UPDATE purchase_order SET item_unit_price = 4.01, staff_id = 2 WHERE purchase_order_id = 1"),
    (
        "UPDATE payment SET currency_id = 1 WHERE payment_id = 3",
        "DELETE FROM purchase_order WHERE purchase_order_id = 2",
    ),
)
"""What the shop commits before each run."""

_HELD = {
    "sales": "SELECT currency_code, count(*), sum(units_sold), sum(units_sold * unit_price) FROM sales_order"
    " JOIN currency USING (currency_id) GROUP BY 1",
    "purchases": "SELECT currency_code, count(*), sum(item_quantity), sum(item_quantity * item_unit_price)"
    " FROM purchase_order JOIN currency USING (currency_id) GROUP BY 1",
    "payments": "SELECT currency_code, count(*) FILTER (WHERE paid), count(*) FILTER (WHERE NOT paid),"
    " coalesce(sum(payment_amount) FILTER (WHERE paid), 0), coalesce(sum(payment_amount) FILTER (WHERE NOT paid), 0)"
    " FROM payment JOIN currency USING (currency_id) GROUP BY 1",
    "orders": "SELECT sales_order_id, units_sold, unit_price FROM sales_order ORDER BY 1",
}


@dataclass(frozen=True)
class Held:
    """What the shop held at an instant of its clock, after the run of a step."""

    at: datetime
    rows: dict[str, list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Life:
    """A warehouse that saw it all, its analysts' connection string, and what the shop held after each step."""

    pipeline: Pipeline
    analyst: str
    held: list[Held]


def life(pg_server: Any, shop: str, warehouse: str, aws: Any) -> Life:
    """Go through the steps in databases of their own, copies of these templates, with a run after each step."""
    aws.aws.provision(aws.secrets, ["raw-lived", "processed-lived"])
    s3 = aws.aws.s3(aws.secrets)
    pg_server.create("lived_shop", "totesys", shop)
    pg_server.create("lived_warehouse", "warehouse", warehouse)
    pipeline = Pipeline(
        owner=pg_server.conninfo("lived_shop", "shop"),
        reader=pg_server.conninfo("lived_shop", "totes_reader"),
        loader=pg_server.conninfo("lived_warehouse", "totes_etl"),
        raw=ObjectStore(s3, "raw-lived"),
        processed=ObjectStore(s3, "processed-lived"),
    )
    pipeline.shop(*ROWS)
    held = [_step(pipeline, statements) for statements in STEPS]
    return Life(pipeline, pg_server.conninfo("lived_warehouse", "analyst"), held)


def _step(pipeline: Pipeline, statements: tuple[str, ...]) -> Held:
    if statements:
        pipeline.shop(*statements)
    pipeline.run()
    with psycopg.connect(pipeline.owner) as shop:
        rows = {name: shop.execute(statement).fetchall() for name, statement in _HELD.items()}
        (at,) = shop.execute("SELECT clock_timestamp()").fetchone() or ()
    return Held(at, rows)
