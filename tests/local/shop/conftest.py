"""Shop databases: without tables, with empty tables, and filled with the demo rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from typing import Any

import psycopg
import pytest

from local.shop import demo, schema
from tests.conftest import PgServer

UNTIL = date(2024, 11, 15)  # a Friday, the day on which the real shop was counted
Conn = psycopg.Connection[Any]
_numbers = count(1)


@pytest.fixture
def shop_db(pg_server: PgServer) -> Iterator[Conn]:
    """An open connection (autocommit) of the shop's owner to a database without tables."""
    name = f"bare_shop_{next(_numbers)}"
    pg_server.create(name, "totesys")
    with psycopg.connect(pg_server.conninfo(name, "shop"), autocommit=True) as conn:
        yield conn
    pg_server.drop(name)


@pytest.fixture
def empty_shop(shop_db: Conn) -> Conn:
    """The same with the shop's tables, which have no rows."""
    schema.create(shop_db)
    return shop_db


@pytest.fixture(scope="session")
def filled_template(pg_server: PgServer) -> str:
    """A database with the demo rows; copy it, do not change it."""
    pg_server.create("filled_shop", "totesys")
    with psycopg.connect(pg_server.conninfo("filled_shop", "shop"), autocommit=True) as conn:
        schema.create(conn)
        demo.fill(conn, until=UNTIL)
    return "filled_shop"


@pytest.fixture
def shop_conninfo(pg_server: PgServer, filled_template: str) -> Iterator[str]:
    """The owner's connection string to a shop of the test's own that is filled with the demo rows."""
    with pg_server.copy_of(filled_template, "totesys") as name:
        yield pg_server.conninfo(name, "shop")


@pytest.fixture
def filled_shop(shop_conninfo: str) -> Iterator[Conn]:
    """An open connection (autocommit) to it."""
    with psycopg.connect(shop_conninfo, autocommit=True) as conn:
        yield conn


@pytest.fixture(scope="module")
def demo_rows(pg_server: PgServer, filled_template: str) -> Iterator[Conn]:
    """A connection to demo rows that tests share and only read."""
    with pg_server.copy_of(filled_template, "totesys") as name:
        conninfo = pg_server.conninfo(name, "totes_reader")
        with psycopg.connect(conninfo, autocommit=True) as conn:
            yield conn


def value(conn: Conn, query: str, *parameters: object) -> Any:
    """The one value that a query returns."""
    row = conn.execute(query.encode(), parameters or None).fetchone()
    assert row is not None, query
    return row[0]
