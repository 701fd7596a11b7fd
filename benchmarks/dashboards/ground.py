"""A PostgreSQL and an S3 of the benchmark's own, with a warehouse of a given size, and the pages served over it."""

import json
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.servers import Servers, servers
from include.analytics import extracts
from include.warehouse import migrate
from local import program
from local.program import HOST, Program
from local.settings import ROOT
from tests.ports import free_port

ROWS = (Path(__file__).parent / "rows.sql").read_text()
BUCKET = "bench-site"
TOKEN = "a-token-of-the-benchmark"  # noqa: S105  of a server on loopback that is gone at the end


@dataclass(frozen=True)
class Ground:
    """The servers, with the warehouse filled."""

    servers: Servers

    @property
    def owner(self) -> str:
        """The connection string of the warehouse's owner."""
        return self.servers.conninfo("warehouse", "warehouse_owner")

    @property
    def reader(self) -> str:
        """The connection string of the analysts' role."""
        return self.servers.conninfo("warehouse", "analyst")

    def load(self) -> None:
        """What every load does to whoever keeps answers: the ledger has another row."""
        with psycopg.connect(self.owner) as connection:
            connection.execute(
                "UPDATE etl_ledger SET loaded_at = statement_timestamp() WHERE table_name = 'fact_sales_order'"
            )

    def publish(self) -> None:
        """The extracts as they are after a run."""
        with psycopg.connect(self.owner, autocommit=True) as connection:
            extracts.publish(connection, extracts.Site(self.servers.aws.s3(self.servers.secrets), BUCKET))

    @contextmanager
    def pages(self, dashboard_from: str) -> Iterator[str]:
        """The address of the standalone server over the warehouse, or over its extracts."""
        port = free_port()
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
                **self.servers.aws.environment(self.servers.secrets),
            },
            cwd=ROOT,
        )
        with program.running(served, self.servers.folder / f"{dashboard_from}.log", lambda: _listens(port)):
            yield f"http://{HOST}:{port}/"


@contextmanager
def ground(orders: int) -> Iterator[Ground]:
    """Everything, with so many sales orders in the warehouse."""
    with servers() as running:
        ready = Ground(running)
        running.aws.provision(running.secrets, [BUCKET])
        migrate.upgrade(ready.owner)
        with psycopg.connect(ready.owner, autocommit=True) as connection:
            connection.execute(ROWS.replace(":orders", str(orders)).encode())
            connection.execute("VACUUM ANALYZE")
        yield ready


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0
