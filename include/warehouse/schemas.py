"""Schemas of the warehouse's database, made and emptied."""

import psycopg
from psycopg import sql

from include.errors import SettingError
from include.warehouse.connection import Connection

_ENUMS = """
SELECT typname FROM pg_type JOIN pg_namespace AS schema ON schema.oid = typnamespace
WHERE nspname = %s AND typtype = 'e'
"""


def make(connection: Connection, name: str) -> None:
    """Make a schema unless it is there; raises ``SettingError`` where the connection's role may not."""
    if exists(connection, name):
        return
    try:
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        found = connection.info
        raise SettingError(
            f"warehouse {found.host}:{found.port}/{found.dbname}, schema {name}",
            found=f"no such schema, and that the role {found.user} may not make one",
            expected="what the migrations make, as the database's owner",
            remedy="apply them as the owner: `make migrate`, or `python -m include.warehouse.migrate`",
        ) from error


def exists(connection: Connection, name: str) -> bool:
    """Whether the database has a schema of that name."""
    return connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", [name]).fetchone() is not None


def tables(connection: Connection, name: str) -> set[str]:
    """The tables of a schema; none where it is not there."""
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [name])
    return {str(table) for (table,) in found}


def empty(connection: Connection, name: str) -> None:
    """Drop a schema's tables and enums, which must be the role's own; the schema, which need not be, stays."""
    for table in tables(connection, name):
        connection.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(name, table)))
    for (enum,) in connection.execute(_ENUMS, [name]).fetchall():
        connection.execute(sql.SQL("DROP TYPE {}").format(sql.Identifier(name, enum)))
