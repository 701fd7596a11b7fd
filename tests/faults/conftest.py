"""The faults' servers, and a fresh world for each fault."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from itertools import count
from pathlib import Path

import psycopg
import pytest

from local import accounts
from local.settings import ROOT
from local.shop import demo, schema
from tests.faults import truth
from tests.faults.matrix import Result
from tests.faults.proxy import Proxy
from tests.faults.servers import Servers
from tests.faults.table import lines
from tests.faults.world import World

# The demo shop, cut down to its first orders: a fault tries behaviour, and 450 payments behave as 16,000 do.
CUT_DOWN = (
    "DELETE FROM payment WHERE payment_id > 450",
    "DELETE FROM transaction WHERE transaction_id > 450",
    """DELETE FROM sales_order AS o
       WHERE NOT EXISTS (SELECT FROM transaction AS t WHERE t.sales_order_id = o.sales_order_id)""",
    """DELETE FROM purchase_order AS o
       WHERE NOT EXISTS (SELECT FROM transaction AS t WHERE t.purchase_order_id = o.purchase_order_id)""",
    """DELETE FROM design AS d
       WHERE design_id > 20 AND NOT EXISTS (SELECT FROM sales_order AS o WHERE o.design_id = d.design_id)""",
    "VACUUM FULL ANALYZE",
)
_numbers = count(1)
_results: list[Result] = []

MakeWorld = Callable[[int, tuple[str, ...]], World]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Two PostgreSQL servers and an S3 API, which only the faults use (and kill)."""
    folder = ROOT / ".test-state" / f"faults-{os.getpid()}"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o755)  # PostgreSQL may run as another user
    running = Servers.prepare(folder)
    try:
        running.start()
        _make_templates(running)
        yield running
    finally:
        running.stop()
        for place in (folder, *(accounts.outside(folder / name) for name in ("source", "warehouse"))):
            shutil.rmtree(place, ignore_errors=True)


def _make_templates(servers: Servers) -> None:
    from include.warehouse import migrate

    servers.source.create("shop", "totesys")
    with psycopg.connect(servers.source.conninfo("shop", "shop")) as connection:
        schema.create(connection)
        demo.fill(connection, until=date(2024, 11, 15))
        connection.commit()
        connection.autocommit = True
        for statement in CUT_DOWN:
            connection.execute(statement)
        with connection.transaction():
            schema.set_sequences(connection)
            truth.install(connection)
    servers.warehouse.create("stars", "warehouse")
    migrate.upgrade(servers.warehouse.warehouse("stars").owner)


@pytest.fixture
def make_world(servers: Servers) -> Iterator[MakeWorld]:
    """Worlds with a seed and some tables, taken down afterwards."""
    made: list[World] = []

    def make(seed: int, tables: tuple[str, ...]) -> World:
        number = next(_numbers)
        world = World(
            servers=servers,
            source_name=f"shop_{number}",
            warehouse_name=f"stars_{number}",
            buckets=(f"raw-faults-{number}", f"processed-faults-{number}"),
            seed=seed,
            tables=tables,
            source=Proxy(servers.source.postgres.port),
            warehouse=Proxy(servers.warehouse.postgres.port),
            lake=Proxy(servers.aws.port),
        )
        servers.source.create(world.source_name, "totesys", "shop")
        servers.warehouse.create(world.warehouse_name, "warehouse", "stars")
        servers.aws.provision(servers.secrets, world.buckets)
        made.append(world)
        return world

    servers.ensure()
    yield make
    servers.ensure()
    for world in made:
        for proxy in (world.source, world.warehouse, world.lake):
            proxy.close()
        servers.source.drop(world.source_name)
        servers.warehouse.drop(world.warehouse_name)


@pytest.fixture(scope="session")
def results() -> list[Result]:
    """What the matrix measured, for the table at the end."""
    return _results


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _results:
        return
    terminalreporter.section("faults")
    shown = lines(_results)
    for line in shown:
        terminalreporter.write_line(line)
    if target := os.environ.get("FAULTS_TABLE"):
        Path(target).write_text("\n".join(shown) + "\n")
