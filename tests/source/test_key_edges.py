"""Where a large table is cut: ranges of about the same number of rows, whatever its keys look like."""

from contextlib import closing

import psycopg
import pytest

from include.catalog.totesys.source_tables import SALES_ORDER
from include.source.key_edges import MOST_RANGES, key_edges
from include.source.snapshot import snapshot

ROWS = 12_000
# Dense low keys, then a gap, then keys a hundred apart.
FILL = f"""
INSERT INTO sales_order (sales_order_id, created_at, last_updated, design_id, staff_id, counterparty_id, units_sold,
  unit_price, currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
SELECT CASE WHEN n <= {ROWS // 2} THEN n ELSE 1000000 + 100 * n END, now(), now(), 1, 1, 1, 1, 1, 1, '2024-11-10',
  '2024-11-08', 1
FROM generate_series(1, {ROWS}) AS n
"""


@pytest.fixture
def crowded(small):
    small.shop("DELETE FROM payment", 'DELETE FROM "transaction"', "DELETE FROM sales_order", FILL)
    return small


def cut(crowded, rows_each: int) -> list[int]:
    with closing(psycopg.connect(crowded.reader)) as connection, snapshot(connection):
        return key_edges(connection, SALES_ORDER, rows_each)


def counts(crowded, edges: list[int]) -> list[int]:
    bounds = ", ".join(map(str, edges))
    with closing(psycopg.connect(crowded.reader)) as connection:
        found = connection.execute(
            f"SELECT count(*) FROM sales_order GROUP BY width_bucket(sales_order_id, ARRAY[{bounds}]::integer[])"
        )
        return [count for (count,) in found]


def test_ranges_hold_about_as_many_rows_each(crowded):
    edges = cut(crowded, 2_000)
    assert edges == sorted(set(edges))
    held = counts(crowded, edges)
    assert sum(held) == ROWS
    assert 4 <= len(held) <= 12  # by the planner's estimate, without statistics
    assert max(held) < 2 * ROWS / len(held)


def test_the_number_of_ranges_is_bounded(crowded):
    assert len(cut(crowded, 1)) == MOST_RANGES - 1


def test_a_small_table_is_not_cut(crowded):
    assert cut(crowded, 500_000) == []


def test_an_empty_table_is_not_cut(pipeline):
    assert cut(pipeline, 500_000) == []
