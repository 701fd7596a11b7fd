"""Databases and roles inside the embedded PostgreSQL, and who may do what in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from local.secrets_store import Secrets

OWNERS = {"totesys": "shop", "warehouse": "totes_etl", "airflow": "airflow"}
"""The databases of the stack and the role that owns each."""

READERS = {"totesys": "totes_reader", "warehouse": "analyst"}
"""Who may only read a database."""


def create_roles(admin: psycopg.Connection[Any], secrets: Secrets) -> None:
    """Make every role that is missing, give each its password and let it log in (idempotent).

    A reader's transactions are read-only by default, which a session cannot widen beyond its grants.
    """
    for role in (*OWNERS.values(), *READERS.values()):
        if not admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
            admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        # The password leaves this process as its scram verifier only, so that no server log can hold it.
        verifier = admin.pgconn.encrypt_password(getattr(secrets, role).encode(), role.encode(), b"scram-sha-256")
        admin.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier.decode()))
        )
    # So that a load may check its foreign keys once a key instead of once a row (include/warehouse/references.py).
    loader = sql.Identifier(OWNERS["warehouse"])
    admin.execute(sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(loader))
    for reader in READERS.values():
        admin.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(reader)))


def create_database(
    admin: psycopg.Connection[Any],
    name: str,
    owner: str,
    readers: Sequence[str] = (),
    *,
    template: str | None = None,
) -> bool:
    """Make database `name` (a copy of `template`, if given) for `owner` and `readers` alone.

    Returns whether it was made: one that exists is left as it is, and opened if it was closed to everybody.
    `admin` must be in autocommit mode.
    """
    database = sql.Identifier(name)
    if admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(database))
        return False
    admin.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
            database, sql.Identifier(owner), sql.Identifier(template or "template1")
        )
    )
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for reader in readers:
        admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(reader)))
    return True


def grant_reading(conn: psycopg.Connection[Any], owner: str, reader: str) -> None:
    """Let `reader` select from every table and view in schema public, those that `owner` will make too.

    `conn` is the superuser's connection to the database in question. Idempotent.
    """
    names = {"owner": sql.Identifier(owner), "reader": sql.Identifier(reader)}
    for statement in (
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {reader}",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {reader}",
    ):
        conn.execute(sql.SQL(statement).format(**names))


def create_all(admin_conninfo: str, secrets: Secrets) -> None:
    """Make the stack's roles, databases and grants; whatever is there already stays.

    `admin_conninfo` is the superuser's connection string to database `postgres`.
    """
    with psycopg.connect(admin_conninfo, autocommit=True) as admin:
        create_roles(admin, secrets)
        for name, owner in OWNERS.items():
            create_database(admin, name, owner, [READERS[name]] if name in READERS else [])
    for name, reader in READERS.items():
        with psycopg.connect(admin_conninfo, dbname=name, autocommit=True) as conn:
            grant_reading(conn, OWNERS[name], reader)
