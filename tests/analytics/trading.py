"""A shop that revised and deleted orders and payments, and the warehouse that followed it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
from fastapi.testclient import TestClient
from psycopg.rows import dict_row

from include.object_store import ObjectStore
from tests.pipeline import Pipeline

Told = dict[tuple[Any, ...], tuple[Any, ...]]

# People and firms of one name, an office that nobody told of, and every kind of payment.
BEFORE = (
    """UPDATE staff SET (first_name, last_name) = (SELECT first_name, last_name FROM staff WHERE staff_id = 1)
       WHERE staff_id = 2""",
    """UPDATE counterparty SET counterparty_legal_name = one.counterparty_legal_name
       FROM counterparty AS one WHERE one.counterparty_id = 1 AND counterparty.counterparty_id = 2""",
    """UPDATE department SET location = NULL WHERE department_id = 2""",
    """UPDATE payment SET payment_type_id = refund.payment_type_id FROM payment_type AS refund, payment_type AS kind
       WHERE kind.payment_type_id = payment.payment_type_id AND payment_id % 20 = 1
         AND (kind.payment_type_name, refund.payment_type_name)
             IN (('SALES_RECEIPT', 'SALES_REFUND'), ('PURCHASE_PAYMENT', 'PURCHASE_REFUND'))""",
)
REVISED = (
    """UPDATE sales_order SET units_sold = units_sold + 11, unit_price = unit_price + 0.01
       WHERE sales_order_id % 30 = 1""",
    """UPDATE sales_order SET staff_id = 3, currency_id = 2, design_id = 5, counterparty_id = 4,
         agreed_delivery_location_id = 6 WHERE sales_order_id % 50 = 2""",
    """UPDATE purchase_order SET item_quantity = item_quantity + 3, currency_id = 3 WHERE purchase_order_id % 30 = 1""",
    """UPDATE payment SET paid = NOT paid WHERE payment_id % 60 = 3""",
    """UPDATE payment SET payment_amount = payment_amount + 0.07, payment_date = '2024-11-14'
       WHERE payment_id % 80 = 4""",
)
AGAIN = (
    """UPDATE sales_order SET units_sold = units_sold - 11, unit_price = unit_price - 0.01
       WHERE sales_order_id % 60 = 1""",
    "DELETE FROM sales_order WHERE sales_order_id % 90 = 7",
    "DELETE FROM purchase_order WHERE purchase_order_id % 90 = 7",
    "DELETE FROM payment WHERE payment_id % 90 = 8",
)


@dataclass(frozen=True, repr=False)
class Traded:
    """The API over the warehouse; the shop as it is, and as it was at the moment after the first load."""

    api: TestClient
    shop: str
    shop_then: str
    moment: datetime

    def rows(self, path: str, **params: Any) -> list[dict[str, Any]]:
        """What the API answers."""
        answer = self.api.get(f"/api/v1/{path}", params=params)
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()["rows"]
        return rows

    def sql(self, statement: str, *, then: bool = False, **values: Any) -> list[dict[str, Any]]:
        """What the shop's own rows say."""
        with psycopg.connect(self.shop_then if then else self.shop, row_factory=dict_row) as connection:
            return connection.execute(statement, values).fetchall()


def trade(pg_server: Any, demo_template: str, warehouse_template: str, aws: Any) -> datetime:
    """Make databases `traded_shop`, `traded_shop_then` and `traded_warehouse`; the moment of the second."""
    aws.aws.provision(aws.secrets, ["raw-traded", "processed-traded"])
    client = aws.aws.s3(aws.secrets)
    pg_server.create("traded_shop", "totesys", demo_template)
    pg_server.create("traded_warehouse", "warehouse", warehouse_template)
    pipeline = Pipeline(
        owner=pg_server.conninfo("traded_shop", "shop"),
        reader=pg_server.conninfo("traded_shop", "totes_reader"),
        loader=pg_server.conninfo("traded_warehouse", "totes_etl"),
        raw=ObjectStore(client, "raw-traded"),
        processed=ObjectStore(client, "processed-traded"),
    )
    pipeline.shop(*BEFORE)
    pipeline.run()
    moment = datetime.now(UTC)
    pg_server.create("traded_shop_then", "totesys", "traded_shop")
    for statements in (REVISED, AGAIN):
        pipeline.shop(*statements)
        pipeline.run()
    return moment


def exact(rows: list[dict[str, Any]], keys: list[str], measures: list[str]) -> Told:
    """Measures by key, as numbers that are equal where the amounts are, to the last decimal."""
    found = {tuple(_text(row[key]) for key in keys): tuple(_number(row[name]) for name in measures) for row in rows}
    assert len(found) == len(rows), f"two rows of one {keys}"
    return found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)
