"""The dummy source: shaped as declared, whole in itself."""

import re

import psycopg
import pytest

from include import testing
from include.catalog import SOURCE_FED
from include.source import postgres
from include.source.snapshot import snapshot
from include.testing.rows import ROWS
from include.testing.source import source_tables
from tests.pipeline import Pipeline

REFERENCES = {"legal_address_id": "address", "agreed_delivery_location_id": "address"}


def test_it_is_shaped_as_declared(beside: Pipeline):
    with beside.reading() as source, snapshot(source):
        for table in SOURCE_FED:
            assert postgres.check_columns(source, table.source_tables) == []


def test_every_source_table_has_rows(beside: Pipeline):
    assert set(ROWS) == {table.name for table in source_tables()}
    with beside.reading() as source:
        for name, rows in ROWS.items():
            found = source.execute(f'SELECT count(*) FROM "{name}"').fetchone()
            assert found == (len(rows),)
            assert len(rows) >= 2


def test_every_reference_leads_to_a_row():
    followed = 0
    for name, rows in ROWS.items():
        for row in rows:
            for column, value in row.items():
                target = REFERENCES.get(column, re.sub("_id$", "", column))
                if target in ROWS and value is not None:
                    assert value in {other[f"{target}_id"] for other in ROWS[target]}, f"{name}.{column} {value}"
                    followed += column != f"{name}_id"
    assert followed > 40


def test_a_change_is_one_order_more_and_one_revised(beside: Pipeline):
    orders = "SELECT sales_order_id, xmin, last_updated, unit_price FROM sales_order ORDER BY 1"
    with beside.reading() as source:
        source.autocommit = True
        before = source.execute(orders).fetchall()
        with beside.loading() as warehouse:
            assert testing.change(warehouse) == (4, 1)
        after = source.execute(orders).fetchall()
    assert after[1:3] == before[1:3]
    assert after[0][2] > before[0][2]
    assert after[0][3] == before[0][3] + 1
    assert len(after) == len(before) + 1
    assert after[3][2] > before[0][2]


def test_it_can_be_changed_again_and_again(beside: Pipeline):
    with beside.loading() as warehouse:
        assert [testing.change(warehouse) for _ in range(3)] == [(4, 1), (5, 1), (6, 1)]


def test_a_creation_that_breaks_off_leaves_nothing(beside: Pipeline):
    tables = "SELECT count(*) FROM pg_class WHERE relnamespace = 'testing_source'::regnamespace AND relkind = 'r'"
    with beside.loading() as warehouse:
        testing.clear(warehouse)
        warehouse.execute("CREATE TABLE testing_source.payment (payment_id integer)")
        with pytest.raises(psycopg.errors.DuplicateTable):
            testing.create(warehouse)
        assert warehouse.execute(tables).fetchone() == (1,)
