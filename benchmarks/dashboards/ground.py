"""A PostgreSQL of the benchmark's own, with a warehouse of a given size in it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from include.warehouse import migrate
from local import accounts, databases, program, secrets_store
from local.postgres import Postgres

ROWS = (Path(__file__).parent / "rows.sql").read_text()


@contextmanager
def warehouse(orders: int, port: int) -> Iterator[str]:
    """The connection string, of the role that may only read, of a warehouse of so many sales orders."""
    folder = Path(tempfile.mkdtemp(prefix="totes-bench-", dir="/var/tmp"))
    folder.chmod(0o755)
    secrets = secrets_store.generate_all()
    server = Postgres(accounts.postgres_place(folder), port, secrets.postgres)
    try:
        server.prepare()
        with program.running(server.program(), folder / "postgres.log", server.is_ready):
            databases.create_all(server.admin(), secrets)
            owner = server.conninfo("warehouse", "totes_etl", secrets.totes_etl)
            migrate.upgrade(owner)
            with psycopg.connect(owner, autocommit=True) as connection:
                connection.execute(ROWS.replace(":orders", str(orders)).encode())
                connection.execute("VACUUM ANALYZE")
            yield server.conninfo("warehouse", "analyst", secrets.analyst)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)
