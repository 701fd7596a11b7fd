"""What analysts read: the current state, which sums to the truth, and the history, which tells it in order."""

import psycopg
import pytest

from include.catalog import SOURCE_FED, TABLES
from include.warehouse.views import view_names
from tests.pipeline import Pipeline

LOGS = ("etl_ledger", "etl_watermark", "etl_quarantine", "etl_check", "etl_source_column")
FACTS = [table for table in SOURCE_FED if table.history == "versions"]


@pytest.fixture
def revised(small: Pipeline) -> Pipeline:
    """A warehouse in which the first order has three versions and the second two."""
    load(small)
    for order in (1, 2, 1):
        small.shop(f"UPDATE sales_order SET units_sold = units_sold + 7 WHERE sales_order_id = {order}")
        load(small)
    return small


def load(small: Pipeline) -> None:
    small.load(small.transform(small.extract("fact_sales_order")))


def test_there_are_two_views_of_every_fact_and_one_of_every_dimension():
    assert len(FACTS) == 3
    assert [view_names(table) for table in FACTS] == [
        (f"{table.name}_current", f"{table.name}_history") for table in FACTS
    ]
    assert view_names(TABLES["dim_staff"]) == ("dim_staff_current",)
    assert view_names(TABLES["dim_date"]) == ()


def test_the_current_view_of_a_dimension_has_its_columns_and_leaves_the_deleted_out(loaded: Pipeline):
    columns = ", ".join(TABLES["dim_staff"].column_names)
    assert loaded.query(f"SELECT {columns} FROM dim_staff_current ORDER BY 1") == sorted(loaded.expected("dim_staff"))
    with psycopg.connect(loaded.loader) as connection:
        connection.execute("UPDATE dim_staff SET is_deleted = true WHERE staff_id = 2")
    assert loaded.query("SELECT staff_id FROM dim_staff_current ORDER BY 1") == [(1,), (3,)]


def test_a_version_is_valid_from_when_the_source_was_read(revised: Pipeline):
    rows = revised.query(
        "SELECT h.valid_from, l.snapshot_at FROM fact_sales_order_history AS h"
        " JOIN fact_sales_order AS f USING (sales_record_id) JOIN etl_ledger AS l ON l.load_id = f._load_id"
    )
    assert len(rows) == 7
    assert all(valid_from == snapshot_at for valid_from, snapshot_at in rows)


def test_the_current_view_sums_to_what_the_source_sums_to(revised: Pipeline):
    sums = "SELECT count(*), sum(units_sold), sum(units_sold * unit_price) FROM {}"
    with psycopg.connect(revised.reader) as source:
        expected = source.execute(sums.format("sales_order")).fetchall()
    assert revised.query(sums.format("fact_sales_order_current")) == expected
    assert revised.query(sums.format("fact_sales_order")) != expected


def test_the_history_numbers_the_versions_of_each_order_from_one(revised: Pipeline):
    assert revised.query(
        "SELECT sales_order_id, version, units_sold, is_current FROM fact_sales_order_history ORDER BY 1, 2"
    ) == [
        (1, 1, 1000, False),
        (1, 2, 1007, False),
        (1, 3, 1014, True),
        (2, 1, 2000, False),
        (2, 2, 2007, True),
        (3, 1, 3000, True),
        (4, 1, 4000, True),
    ]


def test_a_version_is_valid_until_the_next_one_is(revised: Pipeline):
    periods = revised.query(
        "SELECT sales_order_id, valid_from, valid_to FROM fact_sales_order_history ORDER BY sales_order_id, version"
    )
    for this, following in zip(periods, [*periods[1:], (None, None, None)], strict=True):
        if this[0] == following[0]:
            assert this[1] < this[2] == following[1]
        else:
            assert this[2] is None


def test_a_deleted_version_is_in_the_history_and_not_in_the_current_state(revised: Pipeline):
    with psycopg.connect(revised.loader) as connection:
        connection.execute("UPDATE fact_sales_order SET is_deleted = true WHERE sales_order_id = 3")
    assert revised.query("SELECT sales_order_id FROM fact_sales_order_current ORDER BY 1") == [(1,), (2,), (4,)]
    assert revised.query("SELECT is_deleted FROM fact_sales_order_history WHERE sales_order_id = 3") == [(True,)]


def test_analysts_may_read_everything_and_write_nothing(warehouse_db):
    with psycopg.connect(warehouse_db.analyst) as analyst:
        for name in (*TABLES, *(view for table in TABLES.values() for view in view_names(table)), *LOGS):
            analyst.execute(f"SELECT * FROM {name} LIMIT 1")
        analyst.rollback()
        analyst.execute("SET TRANSACTION READ WRITE")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            analyst.execute("DELETE FROM fact_sales_order")
