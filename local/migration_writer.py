"""Write the next warehouse migration: what the catalogue declares and the migrations do not make yet."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import alembic.command
import psycopg
import sqlalchemy as sa

from include.warehouse import migrate
from local import accounts, program, secrets_store
from local.postgres import Postgres


def write(folder: Path, message: str) -> Path:
    """Write a migration into `include/warehouse/migrations/versions`, to be read before it is committed.

    Compares the catalogue with a throw-away database in `folder` that all migrations were applied to.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    secrets = secrets_store.generate_all()
    with socket.socket() as probe:
        probe.bind((program.HOST, 0))
        port = probe.getsockname()[1]
    postgres = Postgres(accounts.postgres_place(folder), port, secrets.postgres, durable=False)
    postgres.prepare()
    try:
        with program.running(postgres.program(), folder / "postgres.log", postgres.is_ready):
            return _compare(postgres.admin(), message)
    finally:
        shutil.rmtree(folder)
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)


def _compare(dsn: str, message: str) -> Path:
    migrate.upgrade(dsn, derived=False)
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn))
    alembic_config = migrate.config()
    with engine.begin() as connection:
        alembic_config.attributes["connection"] = connection
        number = f"{len(list(migrate.VERSIONS.glob('*.py'))) + 1:04d}"
        script = alembic.command.revision(alembic_config, message, autogenerate=True, rev_id=number)
    engine.dispose()
    return Path(script.path)  # type: ignore[union-attr]  # one revision makes one script
