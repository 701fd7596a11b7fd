"""The eleven tables of the shop: made, counted, and their sequences set."""

from pathlib import Path
from typing import Any

from psycopg import Connection, sql

from local.shop.errors import ShopError

TABLES = (
    "address",
    "counterparty",
    "currency",
    "department",
    "design",
    "staff",
    "payment_type",
    "sales_order",
    "purchase_order",
    "transaction",
    "payment",
)
"""The business tables, each after those it refers to."""

_DDL = Path(__file__).with_name("schema.sql")


def create(conn: Connection[Any]) -> None:
    """Make the shop's types and tables in schema `public` of an empty database, all or nothing.

    Raises `psycopg.errors.DuplicateObject` where they are there already; ask `exists` first.
    """
    with conn.transaction():
        conn.execute("SET LOCAL search_path TO public")
        conn.execute(_DDL.read_bytes())


def exists(conn: Connection[Any]) -> bool:
    """Tell whether the shop's tables have been made in this database."""
    with conn.transaction():
        row = conn.execute("SELECT to_regclass('public.payment') IS NOT NULL").fetchone()
    return bool(row and row[0])


def columns(conn: Connection[Any], table: str) -> tuple[str, ...]:
    """Return the names of a table's columns in their declared order."""
    with conn.transaction():
        rows = conn.execute(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s ORDER BY ordinal_position",
            [table],
        ).fetchall()
    return tuple(name for (name,) in rows)


def count_rows(conn: Connection[Any]) -> dict[str, int]:
    """Return the number of rows of each business table, in the order of `TABLES`."""
    query = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {name}, count(*) FROM public.{table}").format(
            name=sql.Literal(table), table=sql.Identifier(table)
        )
        for table in TABLES
    )
    with conn.transaction():
        found = dict(conn.execute(query).fetchall())
    return {table: found[table] for table in TABLES}


def require_empty(conn: Connection[Any]) -> None:
    """Raise `ShopError` unless the tables are there and hold no row."""
    if not exists(conn):
        raise ShopError("totesys: the shop's tables are not there; expected an empty shop: call schema.create first.")
    filled = {table: rows for table, rows in count_rows(conn).items() if rows}
    if filled:
        found = ", ".join(f"{table} {rows:,}" for table, rows in filled.items())
        raise ShopError(
            f"totesys: the shop has rows already ({found}); expected empty tables. "
            "`make reset` empties the shop and the warehouse; nothing was changed."
        )


def set_sequences(conn: Connection[Any]) -> None:
    """Set every table's sequence past its greatest id, so that the next row gets the next one."""
    for table in TABLES:
        key = f"{table}_id"
        conn.execute(
            sql.SQL(
                "SELECT setval({sequence}, coalesce(max({key}), 1), max({key}) IS NOT NULL) FROM public.{table}"
            ).format(
                sequence=sql.Literal(f"public.{table}_{key}_seq"),
                key=sql.Identifier(key),
                table=sql.Identifier(table),
            )
        )
