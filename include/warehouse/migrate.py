"""Bring the warehouse to what this code expects: Alembic's migrations, then views and rights.

They name no schema: everything is made in the one that the connection's search path names, for production and
testing alike. ``python -m include.warehouse.migrate`` does it in the database that the environment variable
``WAREHOUSE_DSN`` names, as the database's owner. No run ever does.
"""

import contextlib
import os
import re
import sys
from pathlib import Path
from typing import Any

import alembic.command
import psycopg
import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg.conninfo import conninfo_to_dict

from include import search_path, tls
from include.catalog import TABLES
from include.environment import ENVIRONMENTS, PRODUCTION, TESTING, Environment
from include.errors import SchemaDriftError, SettingError, TotesError
from include.warehouse import roles, schemas
from include.warehouse.calendar import extend_calendar
from include.warehouse.connection import Connection
from include.warehouse.views import view_names, view_statements

_MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = _MIGRATIONS / "versions"
VERSION_TABLE = "etl_schema_version"

# A bare "/" or "@" in a password would end it there, and its rest be shown as the host or the database.
_ENCODED = re.compile(r"postgres(ql)?://([^/@]*@)?[^@]*")


def config() -> Config:
    """Alembic's configuration, without a database."""
    alembic_config = Config()
    alembic_config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    alembic_config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return alembic_config


def upgrade_all(dsn: str) -> str:
    """Migrate both environments' schemas of the database at a libpq connection string; returns the revision."""
    return {upgrade(dsn, environment) for environment in ENVIRONMENTS.values()}.pop()


def upgrade(dsn: str, environment: Environment = PRODUCTION, *, derived: bool = True) -> str:
    """Migrate an environment's warehouse to the newest revision, in one transaction, as the database's owner.

    Returns the revision. Running it again changes nothing. What is derived from the catalogue as it is now, the
    views, the calendar's horizon and everybody's rights, follows; a caller that looks for what the migrations lack
    leaves it out. Raises ``SettingError`` where the role may not migrate.
    """
    given = _parameters(dsn)
    options = search_path.option(environment.warehouse_schema, str(given.get("options") or ""))
    verified: dict[str, Any] = tls.required("the warehouse to migrate", given)
    with psycopg.connect(dsn, **verified, options=options) as warehouse:
        search_path.require(warehouse, environment.warehouse_schema)
        engine = sa.create_engine("postgresql+psycopg://", creator=lambda: warehouse, poolclass=sa.StaticPool)
        with engine.begin() as connection:
            schemas.make(warehouse, environment.warehouse_schema)
            if derived:
                roles.require_owner(warehouse)
            _migrate(connection)
            if derived:
                _make_views(connection)
                extend_calendar(warehouse)
                _give_rights(warehouse, environment)
    return _head()


def _parameters(dsn: str) -> dict[str, Any]:
    """What a connection string says; what is none is refused without being shown, for libpq would quote it."""
    with contextlib.suppress(psycopg.ProgrammingError):
        if _ENCODED.fullmatch(dsn) or "://" not in dsn:
            return dict(conninfo_to_dict(dsn))
    raise SettingError(
        "the warehouse to migrate",
        found="a connection string that cannot be read",
        expected="host=… dbname=… user=…, values with spaces in quotes, or postgresql://user@host/database with all"
        " special characters percent-encoded",
        remedy="correct WAREHOUSE_DSN; the password can be left to PGPASSFILE",
    )


def _migrate(connection: sa.Connection) -> None:
    alembic_config = config()
    alembic_config.attributes["connection"] = connection
    if _revision(connection) != _head():
        _drop_views(connection)
    alembic.command.upgrade(alembic_config, "head")


def check(connection: Connection) -> None:
    """Raise ``SchemaDriftError`` unless the warehouse stands at the newest revision."""
    found = revision(connection)
    if found != _head():
        raise SchemaDriftError(
            f"warehouse {connection.info.host}:{connection.info.port}/{connection.info.dbname}",
            found=f"schema revision {found or 'none'}",
            expected=f"revision {_head()}",
            remedy="apply the migrations: `make migrate`, or `python -m include.warehouse.migrate`",
        )


def revision(connection: Connection) -> str:
    """The revision that the warehouse stands at; empty where it was never migrated."""
    return _found_revision(connection) or ""


def _found_revision(connection: Connection) -> str | None:
    (found,) = connection.execute("SELECT to_regclass(%s)", [VERSION_TABLE]).fetchone() or (None,)
    if found is None:
        return None
    row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608  a constant
    return str(row[0]) if row else None


def _revision(connection: sa.Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _drop_views(connection: sa.Connection) -> None:
    """A migration may alter what the views read, and `CREATE OR REPLACE` cannot put a column in between."""
    for table in TABLES.values():
        for name in view_names(table):
            connection.execute(sa.text(f"DROP VIEW IF EXISTS {name}"))


def _make_views(connection: sa.Connection) -> None:
    for table in TABLES.values():
        for statement in view_statements(table):
            connection.execute(sa.text(statement))


def _give_rights(warehouse: Connection, environment: Environment) -> None:
    roles.grant(warehouse, environment, VERSION_TABLE)
    if environment is TESTING:
        schemas.make(warehouse, environment.source_schema)
        roles.open_source(warehouse)


def _head() -> str:
    return ScriptDirectory.from_config(config()).get_current_head() or ""


def main() -> int:
    """Migrate the database that ``WAREHOUSE_DSN`` names, and say where it stands. Exit code 1: it does not."""
    try:
        reached = upgrade_all(_given())
    except (TotesError, psycopg.OperationalError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"The warehouse stands at revision {reached}\n")
    return 0


def _given() -> str:
    if dsn := os.environ.get("WAREHOUSE_DSN"):
        return dsn
    raise SettingError(
        "environment variable WAREHOUSE_DSN",
        found="nothing",
        expected="a libpq connection string or URL",
        remedy="set it, or use `make migrate` for the embedded stack",
    )


if __name__ == "__main__":
    sys.exit(main())
