"""A PostgreSQL and an S3 of the benchmark's own, with a warehouse of a given size, and the pages served over it."""

import json
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from include.analytics import extracts
from include.warehouse import migrate
from local import accounts, databases, program, secrets_store
from local.aws import Aws
from local.postgres import Postgres
from local.program import HOST, Program
from local.settings import ROOT

ROWS = (Path(__file__).parent / "rows.sql").read_text()
BUCKET = "bench-site"
TOKEN = "a-token-of-the-benchmark"  # noqa: S105  of a server on loopback that is gone at the end


@dataclass(frozen=True)
class Ground:
    """The folder, the connection strings of the warehouse's owner and reader, and the S3 stand-in."""

    folder: Path
    owner: str
    reader: str
    aws: Aws
    secrets: secrets_store.Secrets

    def load(self) -> None:
        """What every load does to whoever keeps answers: the ledger has another row."""
        with psycopg.connect(self.owner) as connection:
            connection.execute(
                "UPDATE etl_ledger SET loaded_at = statement_timestamp() WHERE table_name = 'fact_sales_order'"
            )

    def publish(self) -> None:
        """The extracts as they are after a run."""
        with psycopg.connect(self.owner, autocommit=True) as connection:
            extracts.publish(connection, extracts.Site(self.aws.s3(self.secrets), BUCKET))

    @contextmanager
    def pages(self, dashboard_from: str) -> Iterator[str]:
        """The address of the standalone server over the warehouse, or over its extracts."""
        port = _free_port()
        parts = conninfo_to_dict(self.reader)
        connection = {"conn_type": "postgres", "host": HOST, "port": parts["port"], "schema": parts["dbname"]}
        connection |= {"login": parts["user"], "password": parts["password"]}
        served = Program(
            name="dashboard",
            command=(sys.executable, "-m", "include.analytics", "--port", str(port)),
            env={
                "PATH": "/usr/bin:/bin",
                "TOTES_DASHBOARD_TOKEN": TOKEN,
                "AIRFLOW_CONN_WAREHOUSE_READER": json.dumps(connection),
                "AIRFLOW__TOTES__DASHBOARD_FROM": dashboard_from,
                "AIRFLOW__TOTES__SITE_BUCKET": BUCKET,
                **self.aws.environment(self.secrets),
            },
            cwd=ROOT,
        )
        with program.running(served, self.folder / f"{dashboard_from}.log", lambda: _listens(port)):
            yield f"http://{HOST}:{port}/"


@contextmanager
def ground(orders: int) -> Iterator[Ground]:
    """Everything, with so many sales orders in the warehouse."""
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
            aws.provision(secrets, [BUCKET])
            owner = server.conninfo("warehouse", "warehouse_owner", secrets.warehouse_owner)
            migrate.upgrade(owner)
            with psycopg.connect(owner, autocommit=True) as connection:
                connection.execute(ROWS.replace(":orders", str(orders)).encode())
                connection.execute("VACUUM ANALYZE")
            yield Ground(folder, owner, server.conninfo("warehouse", "analyst", secrets.analyst), aws, secrets)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
