"""The source's shape: checked by column; names are only names."""

from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from include.catalog import TABLES
from include.catalog.model import SourceTable
from include.errors import DeclarationError, SchemaDriftError
from include.source.postgres import check_columns, copy_rows, has_changes
from include.source.selection import Everything
from include.source.snapshot import snapshot

STAFF = TABLES["dim_staff"]


@pytest.fixture
def reader(shop):
    with closing(psycopg.connect(shop.reader)) as connection:
        yield connection


DRIFTS = {
    "a dropped column": ("ALTER TABLE staff DROP COLUMN email_address", "email_address missing", "email_address text"),
    "a renamed column": ("ALTER TABLE staff RENAME first_name TO given_name", "first_name missing", "first_name text"),
    "another type": (
        "ALTER TABLE department ALTER location TYPE varchar(80)",
        "location character varying(80)",
        "location text",
    ),
    "a dropped table": ("DROP TABLE staff CASCADE", "no such table", "staff_id integer"),
}


@pytest.mark.parametrize("name", DRIFTS)
def test_a_source_of_another_shape_is_told_by_column(shop, reader, name: str):
    statement, found, expected = DRIFTS[name]
    check_columns(reader, STAFF.source_tables)
    with psycopg.connect(shop.owner) as owner:
        owner.execute(statement)
    with pytest.raises(SchemaDriftError) as caught:
        check_columns(reader, STAFF.source_tables)
    assert caught.value.where in {"totesys.staff", "totesys.department"}
    assert found in caught.value.found
    assert expected in caught.value.expected


def test_a_column_more_is_no_drift(shop, reader):
    with psycopg.connect(shop.owner) as owner:
        owner.execute("ALTER TABLE staff ADD shoe_size integer")
    check_columns(reader, STAFF.source_tables)


def test_a_source_table_that_is_not_the_tables_own_is_refused(reader):
    with pytest.raises(DeclarationError, match="a read of payment"), snapshot(reader) as position:
        copy_rows(
            reader,
            STAFF,
            TABLES["fact_payment"].source_tables[0],
            selection=Everything(),
            position=position,
            write=lambda *_: None,
        )


def test_names_that_look_like_sql_are_only_names(shop, reader):
    name, column = 'odd"; DROP TABLE payment;--', 'it\'s "odd"; --%s {x}'
    with psycopg.connect(shop.owner) as owner:
        identifiers = [psycopg.sql.Identifier(part) for part in (name, column)]
        owner.execute(psycopg.sql.SQL("CREATE TABLE {} ({} integer)").format(*identifiers))
        owner.execute(psycopg.sql.SQL("INSERT INTO {} VALUES (7)").format(identifiers[0]))
    odd = SourceTable("totesys", name, column, {column: "integer"})
    table = replace(TABLES["dim_currency"], driving=odd)
    chunks: list[bytes] = []
    check_columns(reader, [odd])
    reader.rollback()
    with snapshot(reader) as position:
        assert has_changes(reader, position, table, Everything())
        copy_rows(
            reader, table, odd, selection=Everything(), position=position, write=lambda block, _: chunks.append(block)
        )
    assert b"".join(chunks).endswith(b"\n7\n")
    assert reader.execute("SELECT count(*) FROM payment").fetchone() == (4,)


def test_an_empty_table_has_no_changes(shop, reader):
    with psycopg.connect(shop.owner) as owner:
        owner.execute("DELETE FROM payment")
    with snapshot(reader) as position:
        assert not has_changes(reader, position, TABLES["fact_payment"], Everything())
