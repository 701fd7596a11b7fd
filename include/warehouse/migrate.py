"""Bring the warehouse's schema to what this code expects: Alembic's migrations, then the views.

``python -m include.warehouse.migrate`` does it for the database that the environment variable
``WAREHOUSE_DSN`` names.
"""

import os
from pathlib import Path

import alembic.command
import psycopg
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from include.catalog import TABLES
from include.errors import SchemaDriftError, SettingError
from include.warehouse.calendar import extend_calendar
from include.warehouse.connection import Connection
from include.warehouse.views import view_names, view_statements

_MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = _MIGRATIONS / "versions"
VERSION_TABLE = "etl_schema_version"


def config() -> Config:
    """Alembic's configuration, without a database."""
    alembic_config = Config()
    alembic_config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    alembic_config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return alembic_config


def upgrade(dsn: str, *, derived: bool = True) -> str:
    """Migrate the warehouse at a libpq connection string to the newest revision, in one transaction.

    Returns the revision. Running it again changes nothing. What is derived from the catalogue as it
    is now, the views and the calendar's horizon, follows; a caller that looks for what the migrations
    lack leaves it out.
    """
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn))
    alembic_config = config()
    with engine.begin() as connection:
        alembic_config.attributes["connection"] = connection
        if _revision(connection) != _head():
            _drop_views(connection)
        alembic.command.upgrade(alembic_config, "head")
        for table in TABLES.values() if derived else ():
            for statement in view_statements(table):
                connection.execute(sa.text(statement))
    engine.dispose()
    if derived:
        with psycopg.connect(dsn) as connection:
            extend_calendar(connection)
    return _head()


def check(connection: Connection) -> None:
    """Raise ``SchemaDriftError`` unless the warehouse stands at the newest revision."""
    (found,) = connection.execute("SELECT to_regclass(%s)", [VERSION_TABLE]).fetchone() or (None,)
    revision = None
    if found is not None:
        (revision,) = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone() or (None,)  # noqa: S608  a constant
    if revision != _head():
        raise SchemaDriftError(
            f"warehouse {connection.info.host}:{connection.info.port}/{connection.info.dbname}",
            found=f"schema revision {revision or 'none'}",
            expected=f"revision {_head()}",
            remedy="apply the migrations: `make migrate`, or `python -m include.warehouse.migrate`",
        )


def _revision(connection: sa.Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _drop_views(connection: sa.Connection) -> None:
    """A migration may alter what the views read, and `CREATE OR REPLACE` cannot put a column in between."""
    for table in TABLES.values():
        for name in view_names(table):
            connection.execute(sa.text(f"DROP VIEW IF EXISTS {name}"))


def _head() -> str:
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def main() -> None:
    """Migrate the database that ``WAREHOUSE_DSN`` names."""
    dsn = os.environ.get("WAREHOUSE_DSN")
    if not dsn:
        raise SettingError(
            "environment variable WAREHOUSE_DSN",
            found="nothing",
            expected="a libpq connection string or URL",
            remedy="set it, or use `make migrate` for the embedded stack",
        )
    upgrade(dsn)


if __name__ == "__main__":
    main()
