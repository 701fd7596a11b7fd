"""The kinds of transaction that writers commit; each takes a connection in autocommit mode and a source of chance."""

import random
import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[tuple[Any, ...]]
Kind = Callable[[Connection, random.Random], None]

KINDS: dict[str, Kind] = {}
"""All of them by name."""


def _kind(act: Kind) -> Kind:
    KINDS[act.__name__] = act
    return act


@_kind
def short(connection: Connection, chance: random.Random) -> None:
    """One edit, at once."""
    _edit(connection, chance)


@_kind
def long(connection: Connection, chance: random.Random) -> None:
    """Two edits with a pause between them."""
    with connection.transaction():
        _edit(connection, chance)
        time.sleep(chance.uniform(0.1, 0.5))
        _edit(connection, chance)


@_kind
def opened_early(connection: Connection, chance: random.Random) -> None:
    """The transaction is open long before its first write, and is stamped with its beginning."""
    with connection.transaction():
        connection.execute("SELECT count(*) FROM payment")
        time.sleep(chance.uniform(0.1, 0.6))
        connection.execute(
            "UPDATE payment SET paid = NOT paid, last_updated = now() WHERE payment_id = %s", [_payment(chance)]
        )


@_kind
def savepoints(connection: Connection, chance: random.Random) -> None:
    """Some edits under savepoints, one of them rolled back."""
    with connection.transaction():
        for number in range(3):
            with connection.transaction(force_rollback=number == 1):
                _edit(connection, chance)
                time.sleep(chance.uniform(0, 0.05))


@_kind
def exception_block(connection: Connection, chance: random.Random) -> None:
    """An edit in a PL/pgSQL block that raises, and another in its handler."""
    connection.execute(f"""
        DO $$ BEGIN
          UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id = {_payment(chance)};
          BEGIN
            UPDATE payment SET payment_amount = -1 WHERE payment_id = {_payment(chance)};
            RAISE EXCEPTION 'no';
          EXCEPTION WHEN raise_exception THEN
            UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id = {_sale(chance)};
          END;
        END $$""")


@_kind
def prepared(connection: Connection, chance: random.Random) -> None:
    """A prepared transaction, committed (or rolled back) a while later."""
    name = f"prepared_{chance.randrange(10**9)}"
    connection.execute("BEGIN")
    try:
        _edit(connection, chance)
        connection.execute(f"PREPARE TRANSACTION '{name}'")
    except psycopg.Error:
        connection.execute("ROLLBACK")
        raise
    time.sleep(chance.uniform(0.05, 0.4))
    connection.execute(f"{chance.choice(('COMMIT', 'COMMIT', 'ROLLBACK'))} PREPARED '{name}'")


@_kind
def inverted(connection: Connection, chance: random.Random) -> None:
    """Two rows, each updated twice, in an order that other writers turn round."""
    rows = chance.sample(range(1, 6), 2)
    with connection.transaction():
        for payment in (*rows, *reversed(rows)):
            connection.execute(
                "UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id = %s", [payment]
            )
            time.sleep(chance.uniform(0, 0.02))


@_kind
def equal_stamps(connection: Connection, chance: random.Random) -> None:
    """Many rows with one stamp, which other transactions give too."""
    start = chance.randrange(1, 200)
    connection.execute(
        "UPDATE payment SET paid = NOT paid, last_updated = '2024-11-15 07:55:00.123'"
        " WHERE payment_id BETWEEN %s AND %s",
        [start, start + 40],
    )


@_kind
def future_stamp(connection: Connection, chance: random.Random) -> None:
    """A stamp a year ahead."""
    _stamp(connection, chance, "now() + interval '1 year'")


@_kind
def old_stamp(connection: Connection, chance: random.Random) -> None:
    """A stamp set by hand, years back."""
    _stamp(connection, chance, "now() - interval '3 years'")


@_kind
def fast_clock(connection: Connection, chance: random.Random) -> None:
    """The application's clock is ten minutes fast."""
    _stamp(connection, chance, "now() + interval '10 minutes'")


@_kind
def slow_clock(connection: Connection, chance: random.Random) -> None:
    """The application's clock is ten minutes slow."""
    _stamp(connection, chance, "now() - interval '10 minutes'")


@_kind
def delete_and_return(connection: Connection, chance: random.Random) -> None:
    """A row is deleted; now and then its key comes back, changed or not."""
    payment = 300 + chance.randrange(8)
    with connection.transaction():
        row = connection.execute("DELETE FROM payment WHERE payment_id = %s RETURNING to_jsonb(payment)", [payment])
        deleted = row.fetchone()
    time.sleep(chance.uniform(0.05, 0.5))
    if deleted:
        amount = chance.choice(("payment_amount", "payment_amount + 1"))
        connection.execute(
            f"INSERT INTO payment SELECT (jsonb_populate_record(r, jsonb_build_object('payment_amount', {amount}))).*"
            " FROM jsonb_populate_record(NULL::payment, %s::jsonb) AS r",
            [Jsonb(deleted[0])],
        )


@_kind
def order_gone(connection: Connection, chance: random.Random) -> None:
    """A sales order is deleted, which empties its transaction's reference without moving its stamp."""
    connection.execute("DELETE FROM sales_order WHERE sales_order_id = %s", [1 + chance.randrange(6)])


@_kind
def department(connection: Connection, chance: random.Random) -> None:
    """A department alone is edited, which its staff show."""
    connection.execute(
        "UPDATE department SET location = %s WHERE department_id = %s",
        [f"Office {chance.random()}", 1 + chance.randrange(5)],
    )


@_kind
def there_and_back(connection: Connection, chance: random.Random) -> None:
    """A value changes and, a little later, is what it was."""
    payment = _payment(chance)
    for _ in range(2):
        connection.execute("UPDATE payment SET paid = NOT paid WHERE payment_id = %s", [payment])
        time.sleep(chance.uniform(0, 0.3))


def _edit(connection: Connection, chance: random.Random) -> None:
    if chance.random() < 0.5:
        connection.execute(
            "UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id = %s", [_payment(chance)]
        )
    else:
        connection.execute(
            "UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id = %s", [_sale(chance)]
        )


def _stamp(connection: Connection, chance: random.Random, stamp: str) -> None:
    connection.execute(
        f"UPDATE payment SET payment_amount = payment_amount + 1, last_updated = {stamp} WHERE payment_id = %s",
        [_payment(chance)],
    )


def _payment(chance: random.Random) -> int:
    return chance.randrange(1, 290)


def _sale(chance: random.Random) -> int:
    return chance.randrange(10, 200)
