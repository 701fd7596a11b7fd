"""Single statements on the shop's tables, put together by `psycopg.sql`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection, sql

from local.shop.errors import ShopError
from local.shop.orders import Choices


def now(conn: Connection[Any]) -> datetime:
    """Return the open transaction's instant (UTC, whole milliseconds) by the server's clock."""
    at: datetime = _value(conn.execute("SELECT date_trunc('milliseconds', now() AT TIME ZONE 'UTC')").fetchone())
    return at


def ids(conn: Connection[Any], table: str) -> Sequence[int]:
    """Return all ids of a table in ascending order."""
    query = sql.SQL("SELECT {key} FROM public.{table} ORDER BY 1").format(
        key=sql.Identifier(f"{table}_id"), table=sql.Identifier(table)
    )
    return [number for (number,) in conn.execute(query)]


def choices(conn: Connection[Any]) -> Choices:
    """Return the ids that orders and edits may refer to. Raises `ShopError` where a table has no row."""
    found = {
        "designs": ids(conn, "design"),
        "staff": ids(conn, "staff"),
        "counterparties": ids(conn, "counterparty"),
        "addresses": ids(conn, "address"),
        "currencies": ids(conn, "currency"),
        "departments": ids(conn, "department"),
    }
    empty = [name for name, numbers in found.items() if not numbers]
    if empty:
        raise ShopError(f"totesys: the shop has no {', no '.join(empty)}; expected a filled shop. `make run` fills it.")
    return Choices(**found)


def read(conn: Connection[Any], table: str, number: int, column: str) -> Any:
    """Return one column of the row with that id."""
    query = sql.SQL("SELECT {column} FROM public.{table} WHERE {key} = %s").format(
        column=sql.Identifier(column), table=sql.Identifier(table), key=sql.Identifier(f"{table}_id")
    )
    return _value(conn.execute(query, [number]).fetchone())


def insert(conn: Connection[Any], table: str, values: Mapping[str, object]) -> int:
    """Insert a row; return the id that its sequence gave it."""
    query = sql.SQL("INSERT INTO public.{table} ({columns}) VALUES ({values}) RETURNING {key}").format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, values)),
        values=sql.SQL(", ").join(sql.Placeholder() * len(values)),
        key=sql.Identifier(f"{table}_id"),
    )
    number: int = _value(conn.execute(query, list(values.values())).fetchone())
    return number


def update(conn: Connection[Any], table: str, number: int, values: Mapping[str, object]) -> None:
    """Change columns of the row with that id, and nothing else of it."""
    query = sql.SQL("UPDATE public.{table} SET {changes} WHERE {key} = %s").format(
        table=sql.Identifier(table),
        changes=sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in values),
        key=sql.Identifier(f"{table}_id"),
    )
    conn.execute(query, [*values.values(), number])


def _value(row: tuple[Any, ...] | None) -> Any:
    if row is None:
        raise ShopError("totesys: a row that was there a moment ago is gone; try again.")
    return row[0]
