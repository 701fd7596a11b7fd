"""The stars are the published ones: tables, columns, types, nullability, keys and references, in that order."""

import re
from pathlib import Path

import psycopg
import pytest

from include.catalog import TABLES

PUBLISHED = Path(__file__).with_name("published_schema.sql").read_text()
NAMES = re.findall(r"CREATE TABLE (\w+)", PUBLISHED)
_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod), attnotnull
FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 ORDER BY attnum
"""
_CONSTRAINTS = """
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('p', 'f') ORDER BY 1
"""


@pytest.fixture(scope="module")
def published(pg_server):
    """A database that holds the published schema."""
    pg_server.create("published", "warehouse")
    with psycopg.connect(pg_server.conninfo("published")) as connection:
        connection.execute(PUBLISHED)
        yield connection
    pg_server.drop("published")


def test_every_published_table_is_declared():
    assert len(NAMES) == 11
    assert set(NAMES) <= set(TABLES)


@pytest.mark.parametrize("table", NAMES)
def test_columns_come_first_and_are_as_published(table, published, warehouse_db):
    expected = published.execute(_COLUMNS, [table]).fetchall()
    with psycopg.connect(warehouse_db.loader) as connection:
        found = connection.execute(_COLUMNS, [table]).fetchall()
    assert len(expected) > 1
    assert found[: len(expected)] == expected


@pytest.mark.parametrize("table", NAMES)
def test_keys_and_references_are_as_published(table, published, warehouse_db):
    expected = published.execute(_CONSTRAINTS, [table]).fetchall()
    with psycopg.connect(warehouse_db.loader) as connection:
        found = connection.execute(_CONSTRAINTS, [table]).fetchall()
    assert expected
    assert found == expected


@pytest.mark.parametrize("table", [name for name in NAMES if name.startswith("fact_")])
def test_a_facts_record_id_numbers_itself(table, published, warehouse_db):
    default = "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = %s::regclass AND adnum = 1"
    with psycopg.connect(warehouse_db.loader) as connection:
        assert connection.execute(default, [table]).fetchone() == published.execute(default, [table]).fetchone()
