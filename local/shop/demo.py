"""Demo rows: a shop of the real one's size and habits, from its opening in November 2022 to a day asked for."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from psycopg import Connection

from local.shop import designs, people, places, schema, trading, words
from local.shop.copying import copy_rows
from local.shop.dice import Dice, dice
from local.shop.errors import ShopError
from local.shop.history import Editable, edited
from local.shop.orders import Choices
from local.shop.rows import Row, Written
from local.shop.working_days import FIRST_DAY

DEFAULT_SEED = 2022


def fill(conn: Connection[Any], *, seed: int = DEFAULT_SEED, until: date) -> dict[str, int]:
    """Fill the shop's empty tables in one transaction; return the rows of each table.

    One seed and one `until` (the last day that anything happened on) always give the same rows in
    the same physical order. Raises `ShopError` where there are rows already or `until` is before the opening.
    """
    if until < FIRST_DAY:
        raise ShopError(f"totesys: the demo rows were to end on {until}; expected {FIRST_DAY}, the opening, or later.")
    schema.require_empty(conn)
    tables = draw(dice(seed), until)
    with conn.transaction():
        counts = {table: copy_rows(conn, tables[table]) for table in schema.TABLES}
        schema.set_sequences(conn)
    return counts


def draw(chance: Dice, until: date) -> dict[str, Sequence[Row]]:
    """Draw every table's rows, each table in the order of its heap."""
    all_designs = designs.draw_designs(chance, until)
    choices = _choices(len(all_designs))
    tables: dict[str, Sequence[Row]] = {
        "address": places.draw_addresses(chance),
        "counterparty": people.draw_counterparties(chance),
        "currency": people.currencies(),
        "department": people.draw_departments(chance),
        "staff": people.draw_staff(chance),
        "payment_type": people.payment_types(),
    }
    orders = trading.draw_orders(chance, choices, all_designs, until)

    def with_edits(rows: Sequence[Editable]) -> list[Row]:
        return _heap(edited(chance, choices, rows, until))

    tables["design"] = with_edits(all_designs)
    tables["sales_order"] = with_edits(trading.sales_orders(orders))
    tables["purchase_order"] = with_edits(trading.purchase_orders(orders))
    tables["transaction"] = trading.transactions(orders)
    tables["payment"] = _heap(trading.collect(chance, trading.payments(chance, orders), until))
    return tables


def _choices(design_count: int) -> Choices:
    def ids(count: int) -> Sequence[int]:
        return range(1, count + 1)

    return Choices(
        designs=ids(design_count),
        staff=ids(people.STAFF),
        counterparties=ids(people.COUNTERPARTIES),
        addresses=ids(places.ADDRESSES),
        currencies=ids(len(people.CURRENCY_CODES)),
        departments=ids(len(words.DEPARTMENT_NAMES)),
    )


def _heap(written: Sequence[Written]) -> list[Row]:
    # An edited row stands behind the others: PostgreSQL writes it anew.
    return [entry.row for entry in sorted(written, key=lambda entry: entry.at)]
