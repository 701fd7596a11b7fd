"""A PostgreSQL and an S3 of the benchmark's own, with the pipeline between them."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from include.object_store import ObjectStore
from include.warehouse import migrate
from local import accounts, databases, program, secrets_store
from local.aws import PROCESSED_BUCKET, RAW_BUCKET, Aws
from local.postgres import Postgres
from local.program import HOST
from local.shop import schema
from tests.pipeline import Pipeline
from tests.source.small_shop import ROWS


@dataclass(frozen=True, repr=False)
class Ground:
    """The servers, and the pipeline between a small shop and an empty warehouse."""

    postgres: Postgres
    aws: Aws
    secrets: secrets_store.Secrets
    pipeline: Pipeline
    folder: Path
    running_s3: ExitStack = field(default_factory=ExitStack)

    def admin(self, database: str) -> psycopg.Connection[tuple[object, ...]]:
        """A superuser's connection to one of the databases."""
        return psycopg.connect(self.postgres.admin(database), autocommit=True)

    def restart_s3(self) -> None:
        """Let the stand-in read again what lies in its folder."""
        self.running_s3.close()
        self.running_s3.enter_context(program.running(self.aws.program(), self.folder / "aws.log", self.aws.is_ready))


@contextmanager
def ground() -> Iterator[Ground]:
    """Everything, in a folder that is gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="totes-growth-", dir="/var/tmp"))
    folder.chmod(0o755)
    secrets = secrets_store.generate_all()
    server = Postgres(accounts.postgres_place(folder), _free_port(), secrets.postgres)
    aws = Aws(folder / "aws", _free_port())
    try:
        server.prepare()
        with program.running(server.program(), folder / "postgres.log", server.is_ready):
            databases.create_all(server.admin(), secrets)
            with psycopg.connect(server.conninfo("totesys", "shop", secrets.shop)) as shop:
                schema.create(shop)
                for statement in ROWS:
                    shop.execute(statement)
            client = aws.s3(secrets)
            pipeline = Pipeline(
                owner=server.conninfo("totesys", "shop", secrets.shop),
                reader=server.conninfo("totesys", "totes_reader", secrets.totes_reader),
                loader=server.conninfo("warehouse", "totes_etl", secrets.totes_etl),
                raw=ObjectStore(client, RAW_BUCKET),
                processed=ObjectStore(client, PROCESSED_BUCKET),
            )
            migrate.upgrade(server.conninfo("warehouse", "warehouse_owner", secrets.warehouse_owner))
            ready = Ground(server, aws, secrets, pipeline, folder)
            with ready.running_s3:
                ready.restart_s3()
                aws.provision(secrets)
                yield ready
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
