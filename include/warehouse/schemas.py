"""Schemas of the warehouse's database, made and dropped."""

import psycopg
from psycopg import sql

from include.errors import SettingError
from include.warehouse.connection import Connection


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
            expected="the right to make schemas, which the database's owner has",
            remedy=f"GRANT CREATE ON DATABASE {found.dbname} TO {found.user}, and run again",
        ) from error


def exists(connection: Connection, name: str) -> bool:
    """Whether the database has a schema of that name."""
    return connection.execute("SELECT FROM pg_namespace WHERE nspname = %s", [name]).fetchone() is not None


def drop(connection: Connection, name: str) -> None:
    """Drop a schema with all that is in it, if it is there."""
    connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(name)))
