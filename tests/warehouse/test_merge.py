"""What a load writes: new and revised rows and nothing else, every version of a fact, the members that facts need."""

from dataclasses import replace

import psycopg
import pytest

from include.catalog import TABLES
from include.catalog.model import INTEGER
from include.errors import DeclarationError
from include.planning import Request
from include.warehouse import merge
from tests.pipeline import NAMES, Pipeline

VERSIONS = """
SELECT sales_order_id, units_sold, is_current FROM fact_sales_order WHERE sales_order_id = 1 ORDER BY sales_record_id
"""
DIMENSIONS_FIRST = tuple(sorted(NAMES))
FACTS_FIRST = tuple(sorted(NAMES, reverse=True))


def sell(small: Pipeline, units: int) -> None:
    small.shop(f"UPDATE sales_order SET units_sold = {units} WHERE sales_order_id = 1")


def load(small: Pipeline, table: str) -> dict:
    return small.load(small.transform(small.extract(table)))


def test_a_value_that_returns_makes_three_versions_one_of_them_current(small: Pipeline):
    load(small, "fact_sales_order")
    for units in (9, 1000):
        sell(small, units)
        assert load(small, "fact_sales_order")["rows_revised"] == 1
    assert small.query(VERSIONS) == [(1, 1000, False), (1, 9, False), (1, 1000, True)]
    assert small.held("fact_sales_order") == small.expected("fact_sales_order")


def test_a_value_that_returns_between_two_loads_makes_no_version(small: Pipeline):
    load(small, "fact_sales_order")
    for units in (9, 1000):
        sell(small, units)
    record = load(small, "fact_sales_order")
    assert (record["rows_read"], record["rows_new"], record["rows_revised"]) == (1, 0, 0)
    assert small.query(VERSIONS) == [(1, 1000, True)]


@pytest.mark.parametrize("table", ["dim_staff", "fact_payment"])
def test_unchanged_rows_are_not_touched(small: Pipeline, table: str):
    load(small, table)
    rows = f"SELECT ctid, xmin, t.* FROM {table} AS t ORDER BY 3"
    before = small.query(rows)
    record = small.run(Request(tables=(table,), mode="full"))[table]
    assert record["rows_read"] == len(before) > 0
    assert (record["rows_new"], record["rows_revised"]) == (0, 0)
    assert small.query(rows) == before


def test_only_the_revised_row_of_a_dimension_is_written(small: Pipeline):
    load(small, "dim_staff")
    rows = "SELECT xmin, staff_id FROM dim_staff ORDER BY staff_id"
    before = small.query(rows)
    small.shop("UPDATE staff SET last_name = 'New', last_updated = now() WHERE staff_id = 2")
    small.shop("UPDATE staff SET last_updated = now() WHERE staff_id = 3")
    record = load(small, "dim_staff")
    assert (record["rows_read"], record["rows_revised"]) == (2, 1)
    after = small.query(rows)
    assert [old == new for old, new in zip(before, after, strict=True)] == [True, False, True]


def test_a_version_says_which_load_wrote_it(small: Pipeline):
    load(small, "fact_sales_order")
    sell(small, 9)
    record = load(small, "fact_sales_order")
    assert small.query("SELECT sales_order_id FROM fact_sales_order WHERE is_current AND units_sold = 9") == [(1,)]
    assert small.query(f"SELECT units_sold FROM fact_sales_order WHERE _load_id = '{record['load_id']}'") == [(9,)]


@pytest.mark.parametrize("order", [DIMENSIONS_FIRST, FACTS_FIRST], ids=["dimensions first", "facts first"])
def test_the_order_of_the_tables_does_not_matter(small: Pipeline, order: tuple[str, ...]):
    for table in order:
        record = load(small, table)
        assert record["rows_new"] == record["rows_read"] > 0
        assert record["rows_revised"] == 0
    for table in order:
        assert small.held(table) == small.expected(table)
    for dimension in (name for name in order if name.startswith("dim_")):
        assert small.query(f"SELECT count(*) FROM {dimension} WHERE is_inferred OR is_deleted") == [(0,)]


def test_a_fact_before_its_dimensions_gets_members_in_words(small: Pipeline):
    load(small, "fact_sales_order")
    assert small.query("SELECT staff_id, first_name, email_address, is_inferred FROM dim_staff ORDER BY staff_id") == [
        (number, "(not yet loaded)", "(not yet loaded)", True) for number in (1, 2, 3)
    ]
    assert small.query("SELECT address_line_2, city FROM dim_location WHERE location_id = 1") == [
        (None, "(not yet loaded)")
    ]
    assert small.query("SELECT count(*) FROM dim_transaction") == [(0,)], "sales refer to no transaction"


def test_members_are_inferred_for_what_is_missing_only(small: Pipeline):
    load(small, "dim_design")
    load(small, "fact_sales_order")
    small.shop("INSERT INTO design (design_name, file_location, file_name, last_updated) VALUES ('n', 'n', 'n', now())")
    small.shop("UPDATE sales_order SET design_id = 3 WHERE sales_order_id = 1")
    load(small, "fact_sales_order")
    assert small.query("SELECT design_id, is_inferred FROM dim_design ORDER BY 1") == [
        (1, False),
        (2, False),
        (3, True),
    ]
    record = load(small, "dim_design")
    assert (record["rows_read"], record["rows_new"]) == (1, 1)
    assert small.held("dim_design") == small.expected("dim_design")


def test_two_current_versions_are_impossible(small: Pipeline):
    load(small, "fact_sales_order")
    sell(small, 9)
    load(small, "fact_sales_order")
    with psycopg.connect(small.loader) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("UPDATE fact_sales_order SET is_current = true WHERE sales_order_id = 1")


def test_a_fact_cannot_refer_to_nothing(small: Pipeline):
    load(small, "fact_sales_order")
    with psycopg.connect(small.loader) as connection, pytest.raises(psycopg.errors.ForeignKeyViolation):
        connection.execute("DELETE FROM dim_staff WHERE staff_id = 1")


def test_a_row_that_was_marked_deleted_and_is_there_comes_back(small: Pipeline):
    load(small, "dim_design")
    load(small, "fact_payment")
    with psycopg.connect(small.loader) as connection:
        connection.execute("UPDATE fact_payment SET is_deleted = true WHERE payment_id = 2")
        connection.execute("UPDATE dim_design SET is_deleted = true WHERE design_id = 2")
    done = small.run(Request(tables=("dim_design", "fact_payment"), mode="full"))
    assert [record["rows_revised"] for record in done.values()] == [1, 1]
    assert small.held("fact_payment") == small.expected("fact_payment")
    assert small.query("SELECT count(*) FROM dim_design WHERE is_deleted") == [(0,)]


def test_a_dimension_whose_members_cannot_be_inferred_is_refused(small: Pipeline, monkeypatch):
    design = TABLES["dim_design"]
    numbered = tuple(replace(column, type=INTEGER) for column in design.columns)
    monkeypatch.setattr(merge, "TABLES", {**TABLES, "dim_design": replace(design, columns=numbered)})
    with pytest.raises(DeclarationError, match="design_name, a required integer") as caught:
        load(small, "fact_sales_order")
    assert caught.value.where == "table dim_design"
    assert small.query("SELECT count(*) FROM fact_sales_order") == [(0,)]
