"""Changes of the shop that can be recognised in the warehouse, each in a transaction of its own."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

from local.shop.events import Kind
from local.shop.simulator import Simulator

FIRST_MARK = 1_000_000
"""Above every quantity and amount that the shop deals in."""


@dataclass(frozen=True)
class Sign:
    """What a reader of the warehouse sees of a change: the row with this key shows this mark, or a later one."""

    table: str
    key_column: str
    key: int
    mark_column: str
    mark: int


@dataclass(frozen=True)
class Change:
    """A committed change: what it was, when COMMIT had returned (seconds, monotonic), and all its signs."""

    kind: str
    committed_at: float
    signs: tuple[Sign, ...]


@dataclass(frozen=True)
class Edit:
    """An edit of one column: the statement, which takes mark and key, and where the mark arrives."""

    keys: str
    statement: str
    table: str
    key_column: str
    mark_column: str


EDITS = {
    "sales order edited": Edit(
        "SELECT sales_order_id, sales_order_id FROM sales_order",
        "UPDATE sales_order SET units_sold = %s WHERE sales_order_id = %s",
        "fact_sales_order",
        "sales_order_id",
        "units_sold",
    ),
    "purchase order edited": Edit(
        "SELECT purchase_order_id, purchase_order_id FROM purchase_order",
        "UPDATE purchase_order SET item_quantity = %s WHERE purchase_order_id = %s",
        "fact_purchase_order",
        "purchase_order_id",
        "item_quantity",
    ),
    "payment edited": Edit(
        "SELECT payment_id, payment_id FROM payment",
        "UPDATE payment SET payment_amount = %s WHERE payment_id = %s",
        "fact_payment",
        "payment_id",
        "payment_amount",
    ),
    "staff edited": Edit(
        "SELECT staff_id, staff_id FROM staff",
        "UPDATE staff SET last_name = %s WHERE staff_id = %s",
        "dim_staff",
        "staff_id",
        "last_name",
    ),
    "department edited": Edit(
        "SELECT department_id, min(staff_id) FROM staff GROUP BY department_id",
        "UPDATE department SET location = %s WHERE department_id = %s",
        "dim_staff",
        "staff_id",
        "location",
    ),
}
"""Edits of rows that stand; none moves `last_updated`. ``keys`` pairs the edited row with the row that shows it."""

ORDERS = {"sale": (Kind.SALE, "sales_order"), "purchase": (Kind.PURCHASE, "purchase_order")}
WEIGHTS = {
    "sale": 5,
    "purchase": 3,
    "sales order edited": 3,
    "payment edited": 2,
    "purchase order edited": 1,
    "staff edited": 1,
    "department edited": 1,
}


class Shop:
    """Somebody who trades on an open autocommit connection of the shop's owner; the seed decides what happens."""

    def __init__(self, connection: psycopg.Connection[Any], seed: int) -> None:
        self._connection = connection
        self._dice = random.Random(seed)  # noqa: S311  no secret
        self._simulator = Simulator(connection, seed)
        self._keys = {kind: connection.execute(edit.keys.encode()).fetchall() for kind, edit in EDITS.items()}
        self._mark = FIRST_MARK

    def change(self) -> Change:
        """Commit the next change."""
        (kind,) = self._dice.choices(list(WEIGHTS), weights=list(WEIGHTS.values()))
        commit: Callable[[str], Change] = self._order if kind in ORDERS else self._edit
        return commit(kind)

    def _order(self, kind: str) -> Change:
        event, table = ORDERS[kind]
        (order,) = self._simulator.play(event).ids
        committed_at = time.monotonic()
        found = self._connection.execute(
            f"SELECT transaction_id, payment_id FROM payment JOIN transaction USING (transaction_id)"  # noqa: S608  ours
            f" WHERE {table}_id = %s".encode(),
            [order],
        ).fetchone()
        if found is None:
            raise SystemExit(f"{table} {order} has no payment")
        rows = ((f"fact_{table}", f"{table}_id", order),)
        rows += (("dim_transaction", "transaction_id", found[0]), ("fact_payment", "payment_id", found[1]))
        return Change(kind, committed_at, tuple(Sign(t, column, key, column, key) for t, column, key in rows))

    def _edit(self, kind: str) -> Change:
        edit = EDITS[kind]
        edited, seen_in = self._dice.choice(self._keys[kind])
        self._mark += 1
        text = edit.mark_column in {"last_name", "location"}
        value = f"Mark {self._mark}" if text else self._mark
        self._connection.execute(edit.statement.encode(), [value, edited])
        sign = Sign(edit.table, edit.key_column, seen_in, edit.mark_column, self._mark)
        return Change(kind, time.monotonic(), (sign,))
