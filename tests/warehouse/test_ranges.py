"""A read that is split into key ranges is one load: whenever its ranges were read, and whatever became of them."""

from typing import Any

import psycopg
import pytest

from include.catalog import TABLES
from include.errors import GapError, MassDeleteError, SupersededError
from include.planning import Request
from tests.pipeline import Pipeline

TABLE = "fact_sales_order"
SALES = Request(tables=(TABLE,))
FULL = Request(tables=(TABLE,), mode="full")
REPLAY = Request(tables=(TABLE,), mode="replay")
ORDERS = 12
VERSIONS = """
SELECT sales_order_id, units_sold, is_current, is_deleted, _load_id, _seen_at
FROM fact_sales_order ORDER BY sales_record_id
"""
LEDGER = """
SELECT load_id, mode, rows_read, rows_new, rows_revised, rows_deleted, rows_withheld, rows_quarantined, snapshot,
       watermark, snapshot_at
FROM etl_ledger ORDER BY snapshot_at
"""
STANDS = "SELECT watermark, snapshot, snapshot_at, load_id, proven_at, keys_at FROM etl_watermark"
ADD = """
INSERT INTO sales_order (created_at, last_updated, design_id, staff_id, counterparty_id, units_sold, unit_price,
  currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
SELECT '2024-11-01', '2024-11-01', 1, 1, 1, 1, 2.50, 1, '2024-11-10', '2024-11-08', 1 FROM generate_series(1, {rows})
"""


@pytest.fixture
def large(small: Pipeline, monkeypatch) -> Pipeline:
    """A shop with twelve orders, to be split into three ranges of keys."""
    small.shop(
        ADD.format(rows=ORDERS - 4), 'UPDATE "transaction" SET sales_order_id = NULL WHERE sales_order_id IS NOT NULL'
    )
    _split_at(monkeypatch, 4)
    return small


def _split_at(monkeypatch, rows: int) -> None:
    """Twelve rows have no statistics to speak of: the planner's estimate is replaced, the rest is real."""
    monkeypatch.setattr("include.source.key_edges.estimated_rows", lambda *_: ORDERS)
    monkeypatch.setitem(TABLES[TABLE].__dict__, "split_rows", rows)


def units(large: Pipeline, order: int, sold: int) -> None:
    large.shop(f"UPDATE sales_order SET units_sold = {sold} WHERE sales_order_id = {order}")


def read(large: Pipeline, ranges: list[dict[str, Any] | None], *numbers: int) -> list[dict[str, Any]]:
    """These ranges extracted and transformed, now."""
    return [large.transform(large.extract(TABLE, FULL, ranges[number])) for number in numbers]


def assert_as_the_source(large: Pipeline) -> None:
    held = large.held(TABLE)
    assert held == large.expected(TABLE)
    assert set(held.values()) == {1}


def assert_replayed_alike(large: Pipeline) -> None:
    before = [large.query(statement) for statement in (VERSIONS, LEDGER, STANDS)]
    large.load(large.transformed(TABLE, REPLAY))
    assert [large.query(statement) for statement in (VERSIONS, LEDGER, STANDS)] == before


def test_a_first_load_is_split_so_that_every_key_is_in_one_range(large: Pipeline):
    ranges = large.split(TABLE)
    assert [(one["start"], one["end"]) for one in ranges] == [(None, 4), (4, 8), (8, None)]
    assert [(one["number"], one["count"]) for one in ranges] == [(0, 3), (1, 3), (2, 3)]
    assert len({one["load_id"] for one in ranges}) == 1
    assert large.split(TABLE)[0]["load_id"] != ranges[0]["load_id"]


def test_a_small_table_and_a_delta_are_not_split(large: Pipeline, monkeypatch):
    assert large.split("fact_payment") == [None]
    large.run(SALES)
    units(large, 1, 7)
    assert large.split(TABLE) == [None]
    assert large.split(TABLE, REPLAY) == [None]
    assert len(large.split(TABLE, FULL)) == 3
    _split_at(monkeypatch, ORDERS)
    assert large.split(TABLE, FULL) == [None]


def test_all_ranges_are_one_load(large: Pipeline):
    loaded = large.run(SALES)[TABLE]
    assert (loaded["rows_read"], loaded["rows_new"]) == (ORDERS, ORDERS)
    assert_as_the_source(large)
    assert large.query("SELECT load_id, mode, rows_read FROM etl_ledger") == [(loaded["load_id"], "full", ORDERS)]
    assert_replayed_alike(large)
    assert large.run(SALES) == {}


def test_what_is_written_between_two_ranges_is_neither_lost_nor_doubled(large: Pipeline):
    ranges = large.split(TABLE)
    records = read(large, ranges, 2)
    units(large, 9, 99)  # its range was read
    units(large, 2, 22)  # its range was not
    large.shop(ADD.format(rows=2))
    large.shop("UPDATE sales_order SET sales_order_id = 100 WHERE sales_order_id = 1")  # to where all was read
    large.shop("UPDATE sales_order SET sales_order_id = -10 WHERE sales_order_id = 10")  # away from there
    large.shop("DELETE FROM sales_order WHERE sales_order_id IN (5, 12)")
    records = [*read(large, ranges, 0, 1), *records]
    large.load(records)
    held = {key for (key,) in large.query("SELECT sales_order_id FROM fact_sales_order")}
    assert held == {-10, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12}
    (mark, oldest), (seen,) = (
        large.query("SELECT watermark, snapshot_at FROM etl_ledger")[0],
        large.query("SELECT DISTINCT _seen_at FROM fact_sales_order")[0],
    )
    assert large.query("SELECT watermark, fresh_at, snapshot_at FROM etl_watermark") == [(mark, oldest, seen)]
    assert oldest < seen
    large.run(SALES)
    assert_as_the_source(large)
    assert_replayed_alike(large)


def test_a_transaction_that_commits_late_is_found_whichever_range_it_wrote_to(large: Pipeline):
    ranges = large.split(TABLE)
    with psycopg.connect(large.owner) as late:
        late.execute("UPDATE sales_order SET units_sold = 77 WHERE sales_order_id IN (1, 11)")
        records = read(large, ranges, 0)
    large.load([*records, *read(large, ranges, 1, 2)])
    large.run(SALES)
    assert_as_the_source(large)


def test_a_range_that_failed_is_read_later_and_the_others_stay(large: Pipeline):
    ranges = large.split(TABLE)
    first, last = read(large, ranges, 0, 2)
    with pytest.raises(GapError, match="2 key ranges"):
        large.load([first, last])
    assert large.query("SELECT count(*) FROM fact_sales_order") == [(0,)]
    units(large, 1, 11)
    assert read(large, ranges, 0)[0]["manifests"] == first["manifests"]
    records = [first, *read(large, ranges, 1), last]
    large.load(records)
    again = large.load(records)
    assert again["rows_read"] == ORDERS
    assert large.query("SELECT count(*) FROM etl_ledger") == [(1,)]
    large.run(SALES)
    assert_as_the_source(large)
    assert_replayed_alike(large)


def test_ranges_that_never_became_whole_are_nobodys(large: Pipeline):
    read(large, large.split(TABLE), 0, 1)
    units(large, 1, 11)
    large.run(SALES)
    assert_as_the_source(large)
    assert large.query("SELECT count(*) FROM etl_ledger") == [(1,)]
    assert_replayed_alike(large)


def test_a_split_read_that_was_never_loaded_goes_first(large: Pipeline):
    read(large, large.split(TABLE), 0, 1, 2)
    units(large, 1, 11)
    loaded = large.run(SALES)[TABLE]
    assert (loaded["rows_read"], loaded["rows_new"], loaded["rows_revised"]) == (2 * ORDERS, ORDERS, 1)
    assert large.query("SELECT units_sold FROM fact_sales_order WHERE sales_order_id = 1 ORDER BY sales_record_id") == [
        (1000,),
        (11,),
    ]
    assert_replayed_alike(large)


def test_a_pending_split_read_that_lost_a_range_is_left_out(large: Pipeline):
    damaged = read(large, large.split(TABLE), 0, 1, 2)[1]
    for key in damaged["manifests"]:
        part = large.raw.manifest(key.replace("processed/fact_sales_order", "raw/totesys/sales_order")).files[0].key
        large.raw._client.put_object(Bucket=large.raw.bucket, Key=part, Body=b"broken")
    assert large.run(SALES)[TABLE]["rows_read"] == ORDERS
    assert_as_the_source(large)


def test_nothing_older_than_the_newest_range_is_laid_over_it(large: Pipeline):
    ranges = large.split(TABLE)
    first = read(large, ranges, 0)
    between = large.transform(large.extract(TABLE, FULL))
    units(large, 11, 11)
    large.load([*first, *read(large, ranges, 1, 2)])
    with pytest.raises(SupersededError):
        large.load(between)
    assert_as_the_source(large)


def test_a_split_read_is_as_old_as_its_oldest_range(large: Pipeline):
    ranges = large.split(TABLE)
    first = read(large, ranges, 0)
    units(large, 1, 11)
    whole = large.transform(large.extract(TABLE, FULL))
    late = [*first, *read(large, ranges, 1, 2)]
    large.load(whole)
    with pytest.raises(SupersededError):
        large.load(late)
    assert_as_the_source(large)


def test_a_delete_is_found_in_any_range(large: Pipeline):
    large.run(SALES)
    large.shop("DELETE FROM sales_order WHERE sales_order_id IN (1, 6, 12)")
    assert large.run(FULL)[TABLE]["rows_deleted"] == 3
    assert_as_the_source(large)
    assert_replayed_alike(large)


def test_a_range_that_seems_empty_is_withheld_as_a_mass_delete(large: Pipeline, monkeypatch):
    large.run(SALES)
    monkeypatch.setattr("include.warehouse.deletions.HANDFUL", 3)
    large.shop("DELETE FROM sales_order WHERE sales_order_id < 5")
    with pytest.raises(MassDeleteError, match="4 rows"):
        large.run(FULL)
    assert large.query("SELECT count(*) FROM fact_sales_order_current") == [(ORDERS,)]


def test_bad_rows_of_several_ranges_are_quarantined(large: Pipeline):
    large.shop("UPDATE sales_order SET agreed_payment_date = '2024-13-01' WHERE sales_order_id IN (2, 11)")
    loaded = large.run(SALES)[TABLE]
    assert (loaded["rows_new"], loaded["rows_quarantined"]) == (ORDERS - 2, 2)
    large.shop("UPDATE sales_order SET agreed_payment_date = '2024-12-01' WHERE sales_order_id = 2")
    large.run(FULL)
    assert large.query("SELECT natural_key, resolved_at IS NULL FROM etl_quarantine ORDER BY 1") == [
        ("11", True),
        ("2", False),
    ]
