"""The application over a warehouse full of demo rows."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from fastapi.testclient import TestClient

from include.analytics.app import application
from include.analytics.reading.postgres import PostgresReader
from tests.analytics.trading import Traded, trade
from tests.conftest import PgServer, WarehouseDb


@pytest.fixture(scope="session")
def filled_template(pg_server: PgServer, demo_template: str, warehouse_template: str, aws: object) -> str:
    """A warehouse into which the demo shop was loaded once; copy it, do not connect to it."""
    from tests.analytics.filling import fill

    fill(pg_server, demo_template, "filled_warehouse", warehouse_template, aws)
    return "filled_warehouse"


@pytest.fixture
def filled_db(pg_server: PgServer, filled_template: str) -> Iterator[WarehouseDb]:
    """A warehouse of the test's own, full of demo rows."""
    with pg_server.copy_of(filled_template, "warehouse") as name:
        yield WarehouseDb(pg_server.conninfo(name, "totes_etl"), pg_server.conninfo(name, "analyst"))


@pytest.fixture
def client(filled_db: WarehouseDb) -> Iterator[TestClient]:
    """A client of the application, as the analysts' role reads."""
    reader = PostgresReader(filled_db.analyst)
    with TestClient(application(lambda: reader)) as opened:
        yield opened
    reader.close()


@pytest.fixture(scope="session")
def traded_moment(pg_server: PgServer, demo_template: str, warehouse_template: str, aws: object) -> datetime:
    """When the shop that revised and deleted had been loaded once; its warehouse follows it to the end."""
    return trade(pg_server, demo_template, warehouse_template, aws)


@pytest.fixture(scope="session")
def traded(pg_server: PgServer, traded_moment: datetime) -> Iterator[Traded]:
    """The application over that warehouse, and that shop now and then; nobody changes them any more."""
    reader = PostgresReader(pg_server.conninfo("traded_warehouse", "analyst"))
    shop, then = (pg_server.conninfo(name, "shop") for name in ("traded_shop", "traded_shop_then"))
    with TestClient(application(lambda: reader)) as api:
        yield Traded(api, shop, then, traded_moment)
    reader.close()
