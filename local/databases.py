"""Databases and roles of a stack's PostgreSQL, and whom each database lets in.

Who may do what with the warehouse's tables comes with its migrations: `include/warehouse/roles.py`.
"""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from include.environment import TESTING
from include.warehouse import roles
from local.secrets_store import Secrets

OWNERS = {"totesys": "shop", "warehouse": roles.OWNER, "airflow": "airflow"}
"""The databases of the stack and the role that owns each."""

LOADERS = {"warehouse": roles.LOADER}
"""Who may change the rows of a database, and nothing else of it."""

READERS = {"totesys": "totes_reader", "warehouse": roles.READER}
"""Who may only read a database."""

_OF_THE_SERVER = ("postgres", "template1")


def create_roles(admin: psycopg.Connection[Any], secrets: Secrets) -> None:
    """Make every role that is missing, give each its password and let it log in (idempotent).

    A reader's transactions are read-only by default, which a session cannot widen beyond its grants.
    """
    for role in (*OWNERS.values(), *LOADERS.values(), *READERS.values()):
        if not admin.execute("SELECT FROM pg_roles WHERE rolname = %s", [role]).rowcount:
            admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
        # The password leaves this process as its scram verifier only, so that no server log can hold it.
        verifier = admin.pgconn.encrypt_password(getattr(secrets, role).encode(), role.encode(), b"scram-sha-256")
        admin.execute(
            sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier.decode()))
        )
    # So that a load may check its foreign keys once a key instead of once a row (include/warehouse/references.py).
    for loader in LOADERS.values():
        admin.execute(sql.SQL("GRANT SET ON PARAMETER session_replication_role TO {}").format(sql.Identifier(loader)))
    for reader in READERS.values():
        admin.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(reader)))


def create_database(admin: psycopg.Connection[Any], name: str, like: str, *, template: str | None = None) -> bool:
    """Make database `name` (a copy of `template`, if given) for those alone whom the stack's database `like` is for.

    Returns whether it was made: one that exists is left as it is, and opened if it was closed to everybody.
    `admin` must be in autocommit mode.
    """
    database = sql.Identifier(name)
    made = not admin.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount
    if made:
        admin.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
                database, sql.Identifier(OWNERS[like]), sql.Identifier(template or "template1")
            )
        )
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    else:
        admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(database))
    for rights, guests in (("CONNECT", READERS), ("CONNECT, TEMPORARY", LOADERS)):
        if like in guests:
            admin.execute(
                sql.SQL("GRANT {} ON DATABASE {} TO {}").format(sql.SQL(rights), database, sql.Identifier(guests[like]))
            )
    return made


def take_over(conn: psycopg.Connection[Any]) -> bool:
    """Give a warehouse that its loader owns, as it once did, to the owner; returns whether there was need to.

    `conn` is the superuser's connection to the warehouse. The migrations give the loader its rights again.
    """
    owner, loader = OWNERS["warehouse"], LOADERS["warehouse"]
    owned = "SELECT FROM pg_database WHERE datname = current_database() AND datdba = %s::regrole"
    if not conn.execute(owned, [loader]).rowcount:
        return False
    with conn.transaction():
        # Its tables are the loader's for good, and it is made anew by the next test.
        source = sql.Identifier(TESTING.source_schema)
        conn.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(source))
        conn.execute(sql.SQL("REASSIGN OWNED BY {} TO {}").format(sql.Identifier(loader), sql.Identifier(owner)))
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


def forbid_large_objects(conn: psycopg.Connection[Any]) -> None:
    """Take from everybody what PostgreSQL gives to everybody: to make large objects, for readers to fill a disk with.

    `conn` is the superuser's connection to the database in question. Idempotent.
    """
    conn.execute("REVOKE EXECUTE ON FUNCTION lo_creat(integer), lo_create(oid), lo_from_bytea(oid, bytea) FROM PUBLIC")


def create_all(admin_conninfo: str, secrets: Secrets) -> None:
    """Make the stack's roles, databases and grants; whatever is there already stays.

    `admin_conninfo` is the superuser's connection string to database `postgres`.
    """
    with psycopg.connect(admin_conninfo, autocommit=True) as admin:
        create_roles(admin, secrets)
        for name in OWNERS:
            create_database(admin, name, name)
        for name in _OF_THE_SERVER:
            admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    for name in OWNERS:
        with psycopg.connect(admin_conninfo, dbname=name, autocommit=True) as database:
            forbid_large_objects(database)
    with psycopg.connect(admin_conninfo, dbname="totesys", autocommit=True) as shop:
        grant_reading(shop, OWNERS["totesys"], READERS["totesys"])
    with psycopg.connect(admin_conninfo, dbname="warehouse", autocommit=True) as warehouse:
        take_over(warehouse)
