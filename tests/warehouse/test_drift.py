"""A source of another shape: the table that it concerns fails by name, the others go on; what is new is told once."""

from dataclasses import replace
from types import MappingProxyType

import psycopg
import pytest

from include.catalog import TABLES
from include.catalog.totesys.source_tables import SALES_ORDER
from include.errors import DeclarationError, SchemaDriftError
from include.planning import Request
from include.steps import records
from tests.pipeline import NAMES, Pipeline

SALES = Request(tables=("fact_sales_order",))
DRIFTS = {
    "dropped": ("DROP COLUMN units_sold", "units_sold missing", "units_sold integer"),
    "renamed": ("RENAME units_sold TO units", "units_sold missing", "units_sold integer"),
    "retyped": ("ALTER units_sold TYPE numeric", "units_sold numeric", "units_sold integer"),
    "widened, not declared so": ("ALTER units_sold TYPE bigint", "units_sold bigint", "units_sold integer"),
}


def alter(small: Pipeline, statement: str) -> None:
    with psycopg.connect(small.owner) as owner:
        owner.execute(statement)


def only_sales_fails(small: Pipeline) -> SchemaDriftError:
    """One run after an edit of a design: only the orders fail, the design arrives."""
    small.shop("UPDATE design SET file_name = 'other' WHERE design_id = 1")
    before = small.query("SELECT * FROM fact_sales_order ORDER BY 1")
    planned = small.plan()
    assert {"fact_sales_order", "dim_design"} <= set(planned)
    with pytest.raises(SchemaDriftError) as caught:
        small.run(SALES)
    for table in planned:
        if table != "fact_sales_order":
            small.load(small.transform(small.extract(table)))
    assert small.query("SELECT * FROM fact_sales_order ORDER BY 1") == before
    for table in NAMES:
        if table != "fact_sales_order":
            assert small.held(table) == small.expected(table)
    return caught.value


@pytest.mark.parametrize("name", DRIFTS)
def test_a_declared_column_of_another_shape_fails_its_table_alone_by_name(loaded: Pipeline, name: str):
    statement, found, expected = DRIFTS[name]
    alter(loaded, f"ALTER TABLE sales_order {statement}")
    error = only_sales_fails(loaded)
    assert (error.where, error.found, error.expected) == ("totesys.sales_order", found, expected)
    assert "include/catalog" in error.remedy


GONE = {
    "renamed": "ALTER TABLE sales_order RENAME TO orders",
    "not granted": "REVOKE SELECT ON sales_order FROM totes_reader",
    "rows hidden": "ALTER TABLE sales_order ENABLE ROW LEVEL SECURITY",
}


@pytest.mark.parametrize("name", GONE)
def test_a_table_that_cannot_be_read_does_not_stop_the_plan(loaded: Pipeline, name: str):
    alter(loaded, GONE[name])
    assert "sales_order" in str(only_sales_fails(loaded))


def test_a_lookup_of_another_shape_fails_the_tables_that_use_it(loaded: Pipeline):
    alter(loaded, "ALTER TABLE address DROP COLUMN phone")
    assert set(loaded.plan()) == {"dim_location", "dim_counterparty"}
    with pytest.raises(SchemaDriftError, match="phone missing"):
        loaded.run(Request(tables=("dim_counterparty",)))


def test_corrected_it_loads_by_itself(loaded: Pipeline):
    alter(loaded, "ALTER TABLE sales_order RENAME units_sold TO units")
    only_sales_fails(loaded)
    alter(loaded, "ALTER TABLE sales_order RENAME units TO units_sold")
    loaded.shop("UPDATE sales_order SET units_sold = 5 WHERE sales_order_id = 1")
    loaded.run()
    assert loaded.held("fact_sales_order") == loaded.expected("fact_sales_order")


def test_a_new_column_is_told_once_and_stops_nothing(loaded: Pipeline, caplog):
    assert loaded.query("SELECT * FROM etl_source_column") == []
    alter(loaded, 'ALTER TABLE sales_order ADD "odd ;--" integer')
    for number in range(3):
        loaded.shop(f"UPDATE sales_order SET units_sold = {number} WHERE sales_order_id = 1")
        assert loaded.run(SALES)["fact_sales_order"]["rows_revised"] == 1
    assert loaded.held("fact_sales_order") == loaded.expected("fact_sales_order")
    assert loaded.query("SELECT column_name FROM etl_source_column") == [("totesys.sales_order.odd ;--",)]
    said = [message for message in caplog.messages if "does not declare" in message]
    assert len(said) == 1
    assert said[0].startswith("totesys.sales_order.odd ;-- is a column of the source")


def test_a_new_column_is_told_though_no_row_changed(loaded: Pipeline):
    alter(loaded, "ALTER TABLE sales_order ADD colour text")
    assert loaded.plan() == []
    assert loaded.query("SELECT column_name FROM etl_source_column") == [("totesys.sales_order.colour",)]


@pytest.fixture
def widening(small: Pipeline, monkeypatch) -> Pipeline:
    """Orders whose declaration allows units to be bigint, in a source that has widened them."""
    columns = SALES_ORDER.columns | {"units_sold": "integer or bigint"}
    declared = replace(TABLES["fact_sales_order"], driving=replace(SALES_ORDER, columns=columns))
    monkeypatch.setattr(records, "TABLES", MappingProxyType({**TABLES, "fact_sales_order": declared}))
    small.run(SALES)
    alter(small, "ALTER TABLE sales_order ALTER units_sold TYPE bigint")
    return small


def test_a_declared_widening_goes_through(widening: Pipeline):
    widening.shop("UPDATE sales_order SET units_sold = 2147483647 WHERE sales_order_id = 1")
    record = widening.run(SALES)["fact_sales_order"]
    assert (record["rows_revised"], record["rows_quarantined"]) == (1, 0)
    assert widening.held("fact_sales_order") == widening.expected("fact_sales_order")


def test_values_that_do_not_fit_32_bits_are_quarantined(widening: Pipeline):
    widening.shop("UPDATE sales_order SET units_sold = 2147483648 WHERE sales_order_id = 1")
    record = widening.run(SALES)["fact_sales_order"]
    # ALTER TYPE rewrote the table: every row was read again.
    assert (record["rows_read"], record["rows_revised"], record["rows_quarantined"]) == (3, 0, 1)
    assert widening.query("SELECT rules FROM etl_quarantine") == [
        ("units_sold is '2147483648', expected a whole number of 32 bits, never NULL",)
    ]
    assert widening.plan(SALES) == []


def test_a_key_is_declared_with_one_type():
    columns = SALES_ORDER.columns | {"sales_order_id": "integer or bigint"}
    with pytest.raises(DeclarationError, match="'sales_order_id' as integer or bigint; expected one type for a key"):
        replace(SALES_ORDER, columns=columns)
