"""A PostgreSQL and an S3 of the benchmark's own, set up as `make run` sets them up, and a shop full of orders."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from benchmarks.servers import Servers, servers
from include.warehouse import migrate
from local import databases
from local.shop import schema

SHOP = (Path(__file__).parent / "shop.sql").read_text()
_TEMPLATE = "empty_warehouse"
_numbers = count(1)


@dataclass(frozen=True, repr=False)
class Lake:
    """Two empty buckets and the environment by which a program reaches them."""

    raw: str
    processed: str
    environment: dict[str, str]


@dataclass(frozen=True, repr=False)
class Ground:
    """The servers, each for everybody who is measured."""

    servers: Servers

    @property
    def folder(self) -> Path:
        """Where the servers are, on disk."""
        return self.servers.folder

    @property
    def owner(self) -> str:
        """The shop's owner's connection string."""
        return self.servers.conninfo("totesys", "shop")

    @property
    def reader(self) -> str:
        """The connection string of the role that the pipeline reads the shop with."""
        return self.servers.conninfo("totesys", "totes_reader")

    @contextmanager
    def warehouse(self, role: str = databases.LOADERS["warehouse"], *, migrated: bool = True) -> Iterator[str]:
        """The role's connection string to a fresh warehouse, dropped afterwards."""
        name = f"warehouse_{next(_numbers)}"
        with self.servers.admin() as admin:
            databases.create_database(admin, name, "warehouse", template=_TEMPLATE if migrated else None)
        try:
            yield self.servers.conninfo(name, role)
        finally:
            with self.servers.admin() as admin:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def checkpoint(self) -> None:
        """Let the server write what it has, so that nobody pays for what another one wrote."""
        with self.servers.admin() as admin:
            admin.execute("CHECKPOINT")

    @contextmanager
    def lake(self) -> Iterator[Lake]:
        """Two fresh buckets, emptied afterwards."""
        number = next(_numbers)
        names = (f"raw-{number}", f"processed-{number}")
        aws, secrets = self.servers.aws, self.servers.secrets
        aws.provision(secrets, names)
        try:
            yield Lake(*names, aws.environment(secrets))
        finally:
            client = aws.s3(secrets)
            for name in names:
                for page in client.get_paginator("list_objects_v2").paginate(Bucket=name):
                    for item in page.get("Contents", []):
                        client.delete_object(Bucket=name, Key=item["Key"])

    def change(self, every: int, at: int) -> int:
        """Edit each ``every``-th sales order, beginning ``at`` one of them; returns how many."""
        with psycopg.connect(self.owner) as connection:
            return connection.execute(
                "UPDATE sales_order SET units_sold = units_sold + 1,"
                " last_updated = statement_timestamp() AT TIME ZONE 'UTC' WHERE sales_order_id %% %s = %s",
                [every, at],
            ).rowcount


@contextmanager
def ground(rows: int) -> Iterator[Ground]:
    """Everything, with so many sales orders in the shop."""
    with servers() as running:
        ready = Ground(running)
        _fill(ready, rows)
        _prepare_template(ready)
        yield ready


def _fill(ready: Ground, rows: int) -> None:
    with psycopg.connect(ready.owner) as connection:
        schema.create(connection)
    with ready.servers.admin("totesys") as connection:
        connection.execute(SHOP.replace(":rows", str(rows)).encode())
    with ready.servers.admin("totesys") as connection:
        connection.execute("VACUUM (ANALYZE, FREEZE)")


def _prepare_template(ready: Ground) -> None:
    with ready.servers.admin() as admin:
        databases.create_database(admin, _TEMPLATE, "warehouse")
    migrate.upgrade(ready.servers.conninfo(_TEMPLATE, "warehouse_owner"))
