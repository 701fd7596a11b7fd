"""The application over a warehouse full of demo rows."""

from collections.abc import Iterator
from datetime import datetime
from itertools import count

import pytest
from fastapi.testclient import TestClient

from include.analytics.app import application
from include.analytics.extracts import Site
from include.analytics.reading import Reader
from include.analytics.reading.postgres import PostgresReader
from tests.analytics.publishing import PublishingReader, make_site
from tests.analytics.trading import Traded, trade
from tests.conftest import AwsServer, PgServer, WarehouseDb

_numbers = count(1)


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
        yield pg_server.warehouse(name)


@pytest.fixture(scope="session")
def shared_site(aws: AwsServer) -> Site:
    """A site to which every test's warehouse is published in turn: what they have in common is so only once."""
    return make_site(aws, "site-filled")


@pytest.fixture
def site(aws: AwsServer) -> Site:
    """An empty site of the test's own."""
    return make_site(aws, f"site-{next(_numbers)}")


@pytest.fixture(params=["warehouse", "extracts"])
def reader(request: pytest.FixtureRequest, filled_db: WarehouseDb) -> Iterator[Reader]:
    """A reader of the test's warehouse: of the database itself, and of what was extracted from it.

    The second one publishes before each question, so that whatever a test did to the warehouse is there.
    """
    opened: PostgresReader | PublishingReader
    if request.param == "warehouse":
        opened = PostgresReader(filled_db.analyst)
    else:
        opened = PublishingReader(filled_db.loader, request.getfixturevalue("shared_site"))
    yield opened
    opened.close()


@pytest.fixture
def client(reader: Reader) -> Iterator[TestClient]:
    """A client of the application over either reader: every test of the API proves both."""
    with TestClient(application(lambda: reader)) as opened:
        yield opened


@pytest.fixture(scope="session")
def traded_moment(pg_server: PgServer, demo_template: str, warehouse_template: str, aws: object) -> datetime:
    """When the shop that revised and deleted had been loaded once; its warehouse follows it to the end."""
    return trade(pg_server, demo_template, warehouse_template, aws)


@pytest.fixture(scope="session", params=["warehouse", "extracts"])
def traded(
    request: pytest.FixtureRequest, pg_server: PgServer, traded_moment: datetime, aws: AwsServer
) -> Iterator[Traded]:
    """The application over that warehouse, and that shop now and then; nobody changes them any more."""
    opened: PostgresReader | PublishingReader
    if request.param == "warehouse":
        opened = PostgresReader(pg_server.conninfo("traded_warehouse", "analyst"))
    else:
        opened = PublishingReader(pg_server.conninfo("traded_warehouse", "totes_etl"), make_site(aws, "site-traded"))
    shop, then = (pg_server.conninfo(name, "shop") for name in ("traded_shop", "traded_shop_then"))
    with TestClient(application(lambda: opened)) as api:
        yield Traded(api, shop, then, traded_moment)
    opened.close()
