"""The real servers that the tests run against, and fresh databases and buckets in them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import sql

from local import accounts, databases, program, secrets_store
from local.aws import Aws
from local.postgres import Postgres
from local.settings import ROOT
from tests import airflow_runs
from tests.kept import Keep, Kept, pipeline_of
from tests.kept import keep as kept_of
from tests.pipeline import Pipeline
from tests.ports import free_port
from tests.source.small_shop import ROWS

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_numbers = count(1)

pytest_plugins = [
    "tests.browser.left_out",
    "tests.compose.left_out",
    "tests.terraform.left_out",
    "tests.tools",
    "tests.spread",
]


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left_outside() -> Iterator[None]:
    """Remove what root's servers keep beside the clone, where their user could not reach a test's folder."""
    found, places = accounts.outside, set[Path]()

    def noted(state_dir: Path) -> Path:
        places.add(place := found(state_dir))
        return place

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "outside", noted)
        yield
    for place in places:
        shutil.rmtree(place, ignore_errors=True)


@dataclass(frozen=True, repr=False)
class PgServer:
    """A running PostgreSQL with the stack's roles (and none of its databases)."""

    postgres: Postgres
    secrets: secrets_store.Secrets

    def conninfo(self, database: str, role: str = "postgres") -> str:
        """The connection string of `role` (default: the superuser) to `database`."""
        return self.postgres.conninfo(database, role, getattr(self.secrets, role))

    def create(self, name: str, like: str, template: str | None = None, oid: int | None = None) -> None:
        """Make database `name` (with the number `oid`) with owner, guests and grants of the stack's database `like`."""
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as admin:
            if oid is not None:
                admin.execute(
                    sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {} OID {}").format(
                        *map(sql.Identifier, (name, databases.OWNERS[like], template or "template1")), sql.Literal(oid)
                    )
                )
            databases.create_database(admin, name, like, template=template)
        if like == "totesys" and template is None:
            with psycopg.connect(self.conninfo(name), autocommit=True) as conn:
                databases.grant_reading(conn, databases.OWNERS[like], databases.READERS[like])

    def source(self, name: str) -> SourceDb:
        """The shop's database `name`."""
        return SourceDb(self.conninfo(name, "shop"), self.conninfo(name, "totes_reader"))

    def warehouse(self, name: str) -> WarehouseDb:
        """The warehouse in database `name`."""
        return WarehouseDb(*(self.conninfo(name, role) for role in ("warehouse_owner", "totes_etl", "analyst")))

    def drop(self, name: str) -> None:
        """Remove database `name`, whoever is still connected."""
        with psycopg.connect(self.conninfo("postgres"), autocommit=True) as admin:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def copy_of(self, template: str, like: str, oid: int | None = None) -> Iterator[str]:
        """The name of a fresh copy of database `template`, dropped afterwards."""
        name = f"{template}_{next(_numbers)}"
        self.create(name, like, template, oid)
        try:
            yield name
        finally:
            self.drop(name)


@dataclass(frozen=True, repr=False)
class SourceDb:
    """A fresh shop database: connection strings of its owner and of the role that the pipeline reads with."""

    owner: str
    reader: str


@dataclass(frozen=True, repr=False)
class WarehouseDb:
    """A fresh, migrated warehouse: connection strings of the roles that migrate it, load it and read it."""

    owner: str
    loader: str
    analyst: str


@dataclass(frozen=True, repr=False)
class LakeBuckets:
    """Two fresh, empty buckets and a client for them."""

    raw: str
    processed: str
    client: S3Client


@pytest.fixture(scope="session")
def server_dir() -> Iterator[Path]:
    """A folder for this session's servers, removed at the end."""
    folder = ROOT / ".test-state" / f"servers-{os.getpid()}"
    folder.mkdir(parents=True)
    folder.parent.chmod(0o755)  # PostgreSQL may run as another user
    yield folder
    shutil.rmtree(folder)
    shutil.rmtree(accounts.outside(folder), ignore_errors=True)


@pytest.fixture(scope="session")
def prepared_stack() -> Iterator[Path]:
    """The state folder of a stack that was never run, with all its databases; `airflow_runs` copies it."""
    with airflow_runs.prepare(ROOT / ".test-state" / f"prepared-{os.getpid()}") as folder:
        yield folder


@pytest.fixture(scope="session")
def pg_server(server_dir: Path) -> Iterator[PgServer]:
    """A real PostgreSQL 18 on a free port, without fsync, with the stack's roles."""
    secrets = secrets_store.generate_all()
    postgres = Postgres(accounts.postgres_place(server_dir), free_port(), secrets.postgres, durable=False)
    postgres.prepare()
    with program.running(postgres.program(), server_dir / "postgres.log", postgres.is_ready):
        with psycopg.connect(postgres.admin(), autocommit=True) as admin:
            databases.create_roles(admin, secrets)
            # Its launcher holds on to the statistics of dropped databases; `Kept` makes some with the same number.
            admin.execute("ALTER SYSTEM SET autovacuum = off")
            admin.execute("SELECT pg_reload_conf()")
        yield PgServer(postgres, secrets)


@pytest.fixture(scope="session")
def source_template(pg_server: PgServer) -> str:
    """A database with the shop's schema and no rows; copy it, do not connect to it."""
    from local.shop import schema

    pg_server.create("empty_shop", "totesys")
    with psycopg.connect(pg_server.conninfo("empty_shop", "shop")) as conn:
        schema.create(conn)
    return "empty_shop"


@pytest.fixture
def source_db(pg_server: PgServer, source_template: str) -> Iterator[SourceDb]:
    """A shop database of the test's own: all eleven tables, no rows."""
    with pg_server.copy_of(source_template, "totesys") as name:
        yield pg_server.source(name)


@pytest.fixture(scope="session")
def warehouse_template(pg_server: PgServer) -> str:
    """A warehouse migrated to the newest version; copy it, do not connect to it."""
    from include.warehouse import migrate

    pg_server.create("empty_warehouse", "warehouse")
    migrate.upgrade(pg_server.warehouse("empty_warehouse").owner)
    return "empty_warehouse"


@pytest.fixture
def warehouse_db(pg_server: PgServer, warehouse_template: str) -> Iterator[WarehouseDb]:
    """A migrated, empty warehouse of the test's own."""
    with pg_server.copy_of(warehouse_template, "warehouse") as name:
        yield pg_server.warehouse(name)


@dataclass(frozen=True, repr=False)
class AwsServer:
    """A running AWS stand-in and its keys."""

    aws: Aws
    secrets: secrets_store.Secrets


@pytest.fixture(scope="session")
def aws(server_dir: Path) -> Iterator[AwsServer]:
    """A real S3, SNS, SQS and Secrets Manager API on a free port."""
    server = Aws(server_dir / "aws", free_port())
    with program.running(server.program(), server_dir / "aws.log", server.is_ready):
        yield AwsServer(server, secrets_store.generate_all())


@pytest.fixture
def lake_buckets(aws: AwsServer) -> LakeBuckets:
    """A raw and a processed bucket of the test's own."""
    return _buckets(aws)


def _buckets(aws: AwsServer) -> LakeBuckets:
    number = next(_numbers)
    raw, processed = f"raw-{number}", f"processed-{number}"
    aws.aws.provision(aws.secrets, [raw, processed])
    return LakeBuckets(raw, processed, aws.aws.s3(aws.secrets))


@pytest.fixture(scope="session")
def demo_template(pg_server: PgServer, source_template: str) -> str:
    """A shop database with the demo's rows; copy it, do not connect to it."""
    from local.shop import demo

    pg_server.create("demo_shop", "totesys", source_template)
    with psycopg.connect(pg_server.conninfo("demo_shop", "shop")) as conn:
        demo.fill(conn, until=date(2024, 11, 15))
    return "demo_shop"


@pytest.fixture
def demo(
    pg_server: PgServer, demo_template: str, warehouse_db: WarehouseDb, lake_buckets: LakeBuckets
) -> Iterator[Pipeline]:
    """The pipeline between a shop full of demo rows, two empty buckets and an empty warehouse."""
    with pg_server.copy_of(demo_template, "totesys") as name:
        yield pipeline_of(pg_server.source(name), warehouse_db, lake_buckets)


@pytest.fixture
def pipeline(source_db: SourceDb, warehouse_db: WarehouseDb, lake_buckets: LakeBuckets) -> Pipeline:
    """The pipeline between an empty shop, two empty buckets and an empty warehouse."""
    return pipeline_of(source_db, warehouse_db, lake_buckets)


@pytest.fixture
def small(pipeline: Pipeline) -> Pipeline:
    """The pipeline between a shop of a few rows, two empty buckets and an empty warehouse."""
    pipeline.shop(*ROWS)
    return pipeline


@pytest.fixture(scope="session")
def keep(pg_server: PgServer, source_template: str, warehouse_template: str, aws: AwsServer) -> Keep:
    """Lets a pipeline over a shop of a few rows do something, and keeps what it did."""

    def kept(live: Callable[[Pipeline], object]) -> Kept:
        with (
            pg_server.copy_of(source_template, "totesys") as shop,
            pg_server.copy_of(warehouse_template, "warehouse") as stars,
        ):
            pipeline = pipeline_of(pg_server.source(shop), pg_server.warehouse(stars), _buckets(aws))
            pipeline.shop(*ROWS)
            live(pipeline)
            return kept_of(pg_server, pipeline)

    return kept


@pytest.fixture(scope="session")
def loaded_once(keep: Keep) -> Kept:
    """A shop of a few rows after its first run."""
    return keep(Pipeline.run)


@pytest.fixture
def loaded(loaded_once: Kept, lake_buckets: LakeBuckets) -> Iterator[Pipeline]:
    """The pipeline of a shop of a few rows after its first run."""
    with loaded_once.again(lake_buckets) as pipeline:
        yield pipeline
