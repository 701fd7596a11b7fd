"""The comparison can fail: a warehouse that is tampered with in each way shows in the figure of that name."""

from dataclasses import asdict

import psycopg
import pytest

from tests.faults.conftest import MakeWorld
from tests.faults.histories import DELETED, Difference, difference, distinct
from tests.faults.world import World

TABLES = ("dim_staff", "fact_payment")
COLUMNS = """payment_id, created_date, created_time, last_updated_date, last_updated_time, transaction_id,
  counterparty_id, payment_amount, currency_id, payment_type_id, paid, payment_date, is_deleted, _load_id, _loaded_at"""
AGAIN = f"""
  UPDATE fact_payment SET is_current = false WHERE payment_id = 7;
  INSERT INTO fact_payment ({COLUMNS}, _seen_at, is_current)
  SELECT DISTINCT ON (payment_id) {COLUMNS}, _seen_at, true FROM fact_payment WHERE payment_id = 7"""
GHOST_ROW = f"""
  INSERT INTO fact_payment ({COLUMNS}, _seen_at, is_current)
  SELECT {COLUMNS.replace("payment_id", "99999", 1)}, _seen_at, true FROM fact_payment WHERE payment_id = 7 LIMIT 1"""

CURRENT = "WHERE payment_id = 7 AND is_current"


@pytest.fixture
def level(make_world: MakeWorld) -> World:
    """A world after the first load and one more version of some payments."""
    world = make_world(1, TABLES)
    assert world.cycle().ok
    world.shop("UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id < 20")
    assert world.cycle().ok
    assert world.figures().clean
    return world


TAMPERINGS = [
    ("DELETE FROM fact_payment WHERE payment_id = 7 AND NOT is_current", {"lost": 1}),
    ("DELETE FROM fact_payment WHERE payment_id = 7", {"lost": 2, "stale": 1}),
    (AGAIN, {"doubled": 1, "stale": 1}),
    (f"UPDATE fact_payment SET paid = NOT paid {CURRENT}", {"lost": 1, "ghost": 1, "stale": 1}),
    (GHOST_ROW, {"ghost": 1}),
    (f"UPDATE fact_payment SET is_deleted = true {CURRENT}", {"lost": 1, "ghost": 1, "stale": 1}),
    ("UPDATE dim_staff SET last_name = 'Nobody' WHERE staff_id = 3", {"stale": 1}),
    ("UPDATE dim_staff SET is_inferred = true WHERE staff_id = 3", {"stale": 1}),
    ("UPDATE dim_staff SET staff_id = 999 WHERE staff_id = 3", {"lost": 1, "ghost": 1}),
]


def test_tampering_shows(level: World):
    with psycopg.connect(level.warehouse_owner) as warehouse:
        warehouse.execute("ALTER TABLE fact_payment DROP CONSTRAINT fact_payment_pkey CASCADE")
    for tampering, expected in TAMPERINGS:
        figures = asdict(level.figures_after(tampering))
        where = figures.pop("where")
        assert {name: value for name, value in figures.items() if value} == expected, tampering
        assert where


def test_what_no_poll_saw_is_stale_and_not_lost(level: World):
    level.shop("UPDATE payment SET paid = NOT paid WHERE payment_id = 7")
    figures = level.figures()
    assert (figures.lost, figures.stale) == (0, 1)
    level.shop("UPDATE payment SET paid = NOT paid WHERE payment_id = 7")
    level.shop("DELETE FROM payment WHERE payment_id = 7")
    assert level.figures().stale == 1
    level.cycle()
    assert level.figures().clean
    level.query("DELETE FROM fact_payment WHERE payment_id = 7 AND is_deleted")
    assert level.figures().lost == 1


def test_a_watermark_that_moves_back_is_counted(level: World):
    assert level.regressions() == 0
    level.query("UPDATE etl_ledger SET watermark = watermark + 1000 WHERE mode = 'full'")
    assert level.regressions() == len(TABLES) - 1  # staff did not change: one load alone


@pytest.mark.parametrize(
    ("versions", "kept"),
    [(["a", "a", "b", "a"], ["a", "b", "a"]), ([DELETED, "a"], ["a"]), (["a", DELETED, DELETED], ["a", DELETED])],
)
def test_distinct_versions(versions: list[str], kept: list[str]):
    assert distinct(versions) == kept


@pytest.mark.parametrize(
    ("expected", "held", "found"),
    [
        ("abc", "abc", Difference(0, 0, 0)),
        ("abc", "ac", Difference(1, 0, 0)),
        ("abc", "abbc", Difference(0, 1, 0)),
        ("abc", "abxc", Difference(0, 0, 1)),
        ("aba", "ab", Difference(1, 0, 0)),
        ("ab", "ba", Difference(1, 1, 0)),
    ],
)
def test_difference_of_histories(expected: str, held: str, found: Difference):
    assert difference(list(expected), list(held)) == found
