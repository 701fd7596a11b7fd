"""Faults: writers that commit late, out of order, with stamps of their own, sixteen at once."""

import time

from tests.faults.declared import fault
from tests.faults.transactions import KINDS
from tests.faults.world import World
from tests.faults.writers import Writers

PRESSED = ("fact_payment", "fact_sales_order")


@fault("writers", fast=True)
def every_kind(world: World) -> None:
    """Sixteen writers of every kind at once."""
    _while_they_write(world, *KINDS, transactions=6)


@fault("writers", tables=PRESSED)
def opened_early(world: World) -> None:
    """Transactions are open long before their first write."""
    _while_they_write(world, "opened_early", "short")


@fault("writers", tables=PRESSED)
def long_and_short(world: World) -> None:
    """Long transactions overlap short ones and several cycles."""
    _while_they_write(world, "long", "short")


@fault("writers", tables=PRESSED)
def savepoints(world: World) -> None:
    """Savepoints and PL/pgSQL exception blocks."""
    _while_they_write(world, "savepoints", "exception_block")


@fault("writers", tables=PRESSED)
def prepared(world: World) -> None:
    """Prepared transactions, committed or rolled back later."""
    _while_they_write(world, "prepared")


@fault("writers", tables=PRESSED)
def inverted(world: World) -> None:
    """Rows are updated twice in inverted order."""
    _while_they_write(world, "inverted", transactions=3)


@fault("writers", tables=PRESSED)
def equal_stamps(world: World) -> None:
    """Thousands of rows carry one identical stamp."""
    world.shop("""
        INSERT INTO sales_order (created_at, last_updated, design_id, staff_id, counterparty_id, units_sold, unit_price,
          currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
        SELECT '2024-11-15 07:55:00.123', '2024-11-15 07:55:00.123', 1, 1, 1, 1000 + n, 2.50, 1, '2024-11-20',
               '2024-11-21', 1 FROM generate_series(1, 2000) AS n""")
    world.cycle()
    world.shop("UPDATE sales_order SET units_sold = units_sold + 1 WHERE units_sold % 2 = 0")
    _while_they_write(world, "equal_stamps", "short", transactions=3)


@fault("writers", tables=PRESSED)
def stamps_by_hand(world: World) -> None:
    """Stamps lie a year ahead or years back."""
    _while_they_write(world, "future_stamp", "old_stamp")


@fault("writers", tables=PRESSED)
def clock_off(world: World) -> None:
    """The application's clock is ten minutes off, both ways."""
    _while_they_write(world, "fast_clock", "slow_clock")


@fault("writers")
def deletes(world: World) -> None:
    """Rows are deleted and keys come back."""
    _while_they_write(world, "delete_and_return", "order_gone", "short", transactions=5)


@fault("writers", tables=PRESSED)
def there_and_back(world: World) -> None:
    """Values change and change back between polls."""
    _while_they_write(world, "there_and_back", transactions=5)


@fault("writers", tables=("fact_payment",), reread=2.0)
def short_only(world: World) -> None:
    """No transaction outlives a tenth of a cycle: rows are hardly read twice."""
    with Writers(world, transactions=60, kinds=[_paced]) as writers:
        while writers.are_writing:
            time.sleep(1.5)
            world.cycle()


def _paced(connection, chance) -> None:  # type: ignore[no-untyped-def]  # a Kind
    KINDS["short"](connection, chance)
    time.sleep(chance.uniform(0.02, 0.15))


def _while_they_write(world: World, *kinds: str, transactions: int = 5) -> None:
    """Cycle without a pause as long as anybody writes."""
    with Writers(world, transactions=transactions, kinds=[KINDS[kind] for kind in kinds]) as writers:
        cycles = 0
        while writers.are_writing or not cycles:
            cycle = world.cycle()
            assert cycle.ok, cycle.failures
            cycles += 1
