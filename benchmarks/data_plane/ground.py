"""A PostgreSQL and an S3 of the benchmark's own, set up as `make run` sets them up, and a shop full of orders."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from include.warehouse import migrate
from local import accounts, databases, program, secrets_store
from local.aws import Aws
from local.postgres import Postgres
from local.program import HOST
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

    folder: Path
    server: Postgres
    aws: Aws
    secrets: secrets_store.Secrets

    @property
    def owner(self) -> str:
        """The shop's owner's connection string."""
        return self.server.conninfo("totesys", "shop", self.secrets.shop)

    @property
    def reader(self) -> str:
        """The connection string of the role that the pipeline reads the shop with."""
        return self.server.conninfo("totesys", "totes_reader", self.secrets.totes_reader)

    @contextmanager
    def warehouse(self, role: str = databases.LOADERS["warehouse"], *, migrated: bool = True) -> Iterator[str]:
        """The role's connection string to a fresh warehouse, dropped afterwards."""
        name = f"warehouse_{next(_numbers)}"
        with psycopg.connect(self.server.admin(), autocommit=True) as admin:
            databases.create_database(admin, name, "warehouse", template=_TEMPLATE if migrated else None)
        try:
            yield self.server.conninfo(name, role, getattr(self.secrets, role))
        finally:
            with psycopg.connect(self.server.admin(), autocommit=True) as admin:
                admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def checkpoint(self) -> None:
        """Let the server write what it has, so that nobody pays for what another one wrote."""
        with psycopg.connect(self.server.admin(), autocommit=True) as admin:
            admin.execute("CHECKPOINT")

    @contextmanager
    def lake(self) -> Iterator[Lake]:
        """Two fresh buckets, emptied afterwards."""
        number = next(_numbers)
        names = (f"raw-{number}", f"processed-{number}")
        self.aws.provision(self.secrets, names)
        try:
            yield Lake(*names, self.aws.environment(self.secrets))
        finally:
            client = self.aws.s3(self.secrets)
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
    folder = Path(tempfile.mkdtemp(prefix="totes-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    secrets = secrets_store.generate_all()
    server = Postgres(accounts.postgres_place(folder), _free_port(), secrets.postgres)
    aws = Aws(folder / "aws", _free_port())
    try:
        server.prepare()
        with (
            program.running(server.program(), folder / "postgres.log", server.is_ready),
            program.running(aws.program(), folder / "aws.log", aws.is_ready),
        ):
            databases.create_all(server.admin(), secrets)
            ready = Ground(folder, server, aws, secrets)
            _fill(ready, rows)
            _prepare_template(ready)
            yield ready
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)


def _fill(ready: Ground, rows: int) -> None:
    with psycopg.connect(ready.owner) as connection:
        schema.create(connection)
    with psycopg.connect(ready.server.admin("totesys")) as connection:
        connection.execute(SHOP.replace(":rows", str(rows)).encode())
    with psycopg.connect(ready.server.admin("totesys"), autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE, FREEZE)")


def _prepare_template(ready: Ground) -> None:
    with psycopg.connect(ready.server.admin(), autocommit=True) as admin:
        databases.create_database(admin, _TEMPLATE, "warehouse")
    migrate.upgrade(ready.server.conninfo(_TEMPLATE, "warehouse_owner", ready.secrets.warehouse_owner))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
