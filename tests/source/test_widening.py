"""The 32-bit xmin of a row, widened to 64 bits in SQL, against whole numbers in Python."""

from datetime import UTC, datetime

import psycopg
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from psycopg import sql

from include.source.selection import ChangedSince
from include.source.snapshot import Position

EPOCH = 2**32


@pytest.fixture(scope="module")
def connection(pg_server):
    with psycopg.connect(pg_server.conninfo("postgres"), autocommit=True) as connection:
        yield connection


def is_selected(connection, xmin: int, newest: int, since: int) -> bool:
    """What the condition says of a row that transaction ``xmin`` wrote, seen when ``newest`` was the latest."""
    position = Position("1", "", 0, newest + 1, datetime.now(UTC))
    row = sql.SQL("(SELECT {}::text::xid AS xmin) AS seen").format(sql.Literal(str(xmin % EPOCH)))
    condition = ChangedSince(since).condition("seen", position)
    return connection.execute(sql.SQL("SELECT {} FROM {}").format(condition, row)).fetchone()[0]


@settings(deadline=None, max_examples=300)
@given(newest=st.integers(3, 2**62), age=st.integers(0, EPOCH - 1), gap=st.integers(0, 2**33))
@example(newest=EPOCH, age=1, gap=0)  # the row of the last transaction of an epoch, seen in the next
@example(newest=EPOCH, age=1, gap=2)
@example(newest=5 * EPOCH + 2, age=3, gap=3)
@example(newest=EPOCH - 1, age=0, gap=1)
@example(newest=2**62, age=EPOCH - 1, gap=EPOCH)
def test_a_row_is_selected_exactly_when_its_transaction_is_not_before_the_watermark(connection, newest, age, gap):
    xmin, since = newest - age, newest - gap
    if xmin < 3:
        return  # no transaction has such an id
    assert is_selected(connection, xmin, newest, since) == (xmin >= since)


def test_a_row_older_than_four_billion_transactions_is_read_again_rather_than_missed(connection):
    newest = 3 * EPOCH + 10
    assert is_selected(connection, xmin=newest - EPOCH - 1, newest=newest, since=newest - EPOCH)
