"""`COPY` out in blocks: whole, and a connection that can be used after whatever ended it."""

import psycopg
import pytest
from psycopg import sql

from include.source.copy_out import copy_out

MANY = sql.SQL("COPY (SELECT n, repeat('x', 50) FROM generate_series(1, 50000) AS n) TO STDOUT (FORMAT csv)").format()
BREAKS = sql.SQL("COPY (SELECT 1 / (40000 - n) FROM generate_series(1, 50000) AS n) TO STDOUT (FORMAT csv)").format()


@pytest.fixture
def connection(source_db):
    with psycopg.connect(source_db.reader) as connection:
        yield connection


def test_every_row_is_a_message_in_some_block(connection):
    blocks = list(copy_out(connection, MANY))
    assert len(blocks) > 1
    rows = [row for messages in blocks for row in messages]
    assert [int(row.partition(b",")[0]) for row in rows] == list(range(1, 50_001))


def test_what_breaks_it_off_is_raised_and_the_connection_goes_on(connection):
    with pytest.raises(psycopg.errors.DivisionByZero):
        list(copy_out(connection, BREAKS))
    connection.rollback()
    assert connection.execute("SELECT 1").fetchone() == (1,)


def test_closed_early_it_leaves_a_connection_that_goes_on(connection):
    blocks = copy_out(connection, MANY)
    next(blocks)
    blocks.close()
    connection.rollback()
    assert connection.execute("SELECT 1").fetchone() == (1,)
