"""Filling the embedded shop database, once: with demo rows, or with a snapshot of real ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from local.errors import StackError
from local.settings import ROOT
from local.shop import demo, schema, snapshot

DEMO = "demo rows"
_NOTIFY = ROOT / "include" / "source" / "notify.sql"


def check(conninfo: str, folder: Path | None) -> None:
    """Raise `StackError` if a snapshot is asked for and the database holds other rows."""
    with psycopg.connect(conninfo) as conn:
        _refuse_other(_origin(conn), folder)


def fill(conninfo: str, folder: Path | None) -> str:
    """Fill the shop's database, unless it is filled; returns a sentence that says what is in it.

    `conninfo` is its owner's. All rows come in one transaction, so that none half filled is ever found. Raises
    `StackError` if `folder` is given and other rows are in place, `ShopError` if its files do not fit.
    """
    with psycopg.connect(conninfo) as conn:
        found = _origin(conn)
        _refuse_other(found, folder)
        if found:
            return f"The shop's database keeps its {found}"
        schema.create(conn)
        if folder:
            counts, origin = snapshot.load(conn, folder), _snapshot_name(folder)
        else:
            yesterday = datetime.now(UTC).date() - timedelta(days=1)
            counts, origin = demo.fill(conn, until=yesterday), f"{DEMO} until {yesterday}"
        _remember(conn, origin)
    return f"The shop's database has {sum(counts.values()):,} rows in {len(counts)} tables: {origin}"


def notify(conninfo: str, *, wanted: bool) -> None:
    """Have the shop notify of its changes, or no more: what the owner of the real one would run, or leave.

    `conninfo` is the owner's of the shop's database, who may make schemas in it.
    """
    with psycopg.connect(conninfo) as conn:
        conn.execute(_NOTIFY.read_bytes() if wanted else b"DROP SCHEMA IF EXISTS totes_watch CASCADE")


def _snapshot_name(folder: Path) -> str:
    return f"snapshot {folder.resolve()}"


def _refuse_other(found: str | None, folder: Path | None) -> None:
    if folder and found and found != _snapshot_name(folder):
        raise StackError(
            f"The shop's database already holds its {found}, not the snapshot {folder}. "
            f"To start over with the snapshot: `make reset`, then `make run SNAPSHOT={folder}`."
        )


def _origin(conn: psycopg.Connection[Any]) -> str | None:
    """What the database was filled with: the comment on it, which the filling transaction wrote."""
    row = conn.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    return row[0] if row else None


def _remember(conn: psycopg.Connection[Any], origin: str) -> None:
    name = sql.Identifier(conn.info.dbname)
    conn.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(name, sql.Literal(origin)))
