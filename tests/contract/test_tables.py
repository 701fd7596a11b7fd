"""What every table of the catalogue keeps, on a real PostgreSQL and a real S3 API. A new table inherits all of it."""

import json

import psycopg
import pyarrow.parquet as pq
import pytest

from include.catalog import SOURCE_FED, TABLES, Table
from include.catalog.documentation import task_markdown
from include.planning import Request
from include.processed.schema import arrow_schema
from include.warehouse.schema import metadata
from tests.expected import EDITS, EXPECTED, HELD
from tests.pipeline import NAMES, Pipeline

each_table = pytest.mark.parametrize("table", SOURCE_FED, ids=lambda table: table.name)


def test_the_catalogue_is_what_the_brief_asks():
    assert len(SOURCE_FED) >= 10
    assert set(TABLES) == {*NAMES, "dim_date", "covid_us_daily"}
    assert set(EXPECTED) == set(HELD) == set(NAMES), "a table without a line in tests/expected.py"
    assert {source.name for table in SOURCE_FED for source in table.source_tables} == set(EDITS)
    assert len(EDITS) >= 11


@each_table
def test_first_load_holds_what_the_source_holds(table: Table, demo: Pipeline):
    request = Request(tables=(table.name,))
    record = demo.run(request)[table.name]
    expected = demo.expected(table.name)
    assert expected.total() > 2
    assert demo.held(table.name) == expected
    assert record["rows_read"] == record["rows_new"] == expected.total()


@each_table
def test_second_run_reads_nothing_and_a_full_comparison_changes_nothing(table: Table, demo: Pipeline):
    request = Request(tables=(table.name,))
    demo.run(request)
    before = demo.query(f"SELECT * FROM {table.name} ORDER BY 1")
    assert demo.plan(request) == []
    record = demo.run(Request(tables=(table.name,), mode="full"))[table.name]
    assert record["rows_read"] > 0
    assert (record["rows_new"], record["rows_revised"]) == (0, 0)
    assert demo.query(f"SELECT * FROM {table.name} ORDER BY 1") == before


@each_table
def test_an_edit_of_any_of_its_source_tables_arrives(table: Table, demo: Pipeline):
    request = Request(tables=(table.name,))
    demo.run(request)
    before = demo.held(table.name)
    for source in table.source_tables:
        demo.shop(EDITS[source.name])
        record = demo.run(request)[table.name]
        assert record["rows_read"] < before.total(), "an edit of one row must not read the whole table"
        assert record["rows_revised"] >= 1
    assert demo.held(table.name) == demo.expected(table.name)
    assert demo.held(table.name) != before


@each_table
def test_natural_keys_are_there_once_and_never_null(table: Table, demo: Pipeline):
    demo.run(Request(tables=(table.name,)))
    key = ", ".join(table.natural_key)
    current = "WHERE is_current" if table.history == "versions" else ""
    rows, keys, complete = demo.query(
        f"SELECT count(*), count(DISTINCT ({key})), count(*) FILTER (WHERE num_nulls({key}) = 0)"
        f" FROM {table.name} {current}"
    )[0]
    assert rows > 0
    assert rows == keys == complete


@each_table
def test_every_value_survives_raw_and_parquet(table: Table, demo: Pipeline):
    transformed = demo.transform(demo.extract(table.name))
    manifest = demo.processed.manifest(transformed["manifests"][-1])
    with demo.processed.open(manifest.files[0]) as body:
        parquet = pq.read_table(body)
    assert parquet.schema.equals(arrow_schema(table), check_metadata=False)
    assert sorted(map(str, zip(*parquet.to_pydict().values(), strict=True))) == sorted(
        map(str, demo.expected(table.name).elements())
    )


@each_table
def test_loading_twice_is_loading_once(table: Table, demo: Pipeline):
    transformed = demo.transform(demo.extract(table.name))
    first = demo.load(transformed)
    assert demo.load(transformed) == first
    assert demo.query("SELECT count(*) FROM etl_ledger") == [(1,)]
    assert demo.held(table.name) == demo.expected(table.name)


@each_table
def test_records_are_small_json_and_name_no_row(table: Table, demo: Pipeline):
    extracted = demo.extract(table.name)
    transformed = demo.transform(extracted)
    for record in (extracted, transformed, demo.load(transformed)):
        assert len(json.dumps(record)) < 1000


@pytest.mark.parametrize("table", TABLES.values(), ids=lambda table: table.name)
def test_the_warehouse_describes_itself(table: Table, warehouse_db):
    with psycopg.connect(warehouse_db.analyst) as connection:
        comments = dict(
            connection.execute(
                "SELECT attname, col_description(attrelid, attnum) FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attnum > 0",
                [table.name],
            ).fetchall()
        )
    assert set(table.column_names) <= set(comments)
    assert all(comments[column.name] == column.description for column in table.columns)
    assert list(metadata().tables[table.name].columns.keys()) == list(comments)


@each_table
def test_each_task_has_a_text(table: Table):
    for step in ("extract", "transform", "load"):
        text = task_markdown(table, step)
        assert table.description in text
        assert all(f"`{name}`" in text for name in table.column_names)
