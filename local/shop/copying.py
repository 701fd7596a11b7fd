"""Rows into a table by COPY."""

from collections.abc import Sequence
from typing import Any

from psycopg import Connection, sql

from local.shop.rows import Row


def copy_rows(conn: Connection[Any], rows: Sequence[Row]) -> int:
    """COPY rows of one table into it in the order given; return how many."""
    statement = sql.SQL("COPY public.{table} ({columns}) FROM STDIN").format(
        table=sql.Identifier(rows[0].table),
        columns=sql.SQL(", ").join(map(sql.Identifier, rows[0].columns())),
    )
    with conn.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row.values())
        return cursor.rowcount
