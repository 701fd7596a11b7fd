"""What no pipeline can beat here: `COPY` out of the shop into `COPY` of the very table, nothing between.

The table has all its keys and indexes, but no foreign keys. Run as a program: `first` or `delta`.
"""

import json
import sys
import time
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.data_plane.programs import peak_mb
from include.catalog import TABLES
from include.source.copy_out import copy_out
from include.warehouse.copy_in import Flushing

TABLE = TABLES["fact_sales_order"]
_MORE = ("is_current", "is_deleted", "_load_id", "_loaded_at", "_seen_at")
_SELECT = sql.SQL("""
COPY (SELECT {columns}, true, false, 'limit', statement_timestamp(), statement_timestamp()
      FROM sales_order WHERE {which})
TO STDOUT (FORMAT binary)
""")


def prepare(warehouse: str) -> None:
    """Leave the table without its foreign keys."""
    with psycopg.connect(warehouse) as connection:
        found = connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'", [TABLE.name]
        ).fetchall()
        for (name,) in found:
            connection.execute(
                sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(TABLE.name), sql.Identifier(name))
            )


def main() -> None:
    """Do what the first argument says, with the connection strings on stdin."""
    given, started = json.load(sys.stdin), time.perf_counter()
    with psycopg.connect(given["source"]) as source, psycopg.connect(given["warehouse"]) as warehouse:
        if sys.argv[1] == "first":
            _copy(source, warehouse, TABLE.name, sql.SQL("true"))
        else:
            _merge(source, warehouse, sql.SQL("last_updated >= {}").format(sql.Literal(given["since"])))
    sys.stdout.write(json.dumps({"seconds": time.perf_counter() - started, "peak_mb": peak_mb()}))


def _copy(source: Any, warehouse: Any, into: str, which: sql.Composable) -> None:
    columns = [
        sql.SQL("{}::{}").format(sql.Identifier(column.source_name), sql.SQL(column.type.sql))
        for column in TABLE.columns
    ]
    names = sql.SQL(", ").join(map(sql.Identifier, (*TABLE.column_names, *_MORE)))
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT binary)").format(sql.Identifier(into), names)
    with warehouse.cursor() as cursor, cursor.copy(statement, writer=Flushing(cursor)) as copy:
        for messages in copy_out(source, _SELECT.format(columns=sql.SQL(", ").join(columns), which=which)):
            copy.write(b"".join(messages))


def _merge(source: Any, warehouse: Any, which: sql.Composable) -> None:
    """The changed rows over the held ones, without history."""
    warehouse.execute(f"CREATE TEMPORARY TABLE staging (LIKE {TABLE.name} INCLUDING DEFAULTS)")
    _copy(source, warehouse, "staging", which)
    warehouse.execute("ANALYZE staging")
    replaced = sql.SQL(", ").join(
        sql.SQL("{0} = staging.{0}").format(sql.Identifier(name)) for name in (*TABLE.column_names[1:], *_MORE)
    )
    warehouse.execute(
        sql.SQL("UPDATE {} AS held SET {} FROM staging WHERE held.{key} = staging.{key} AND held.is_current").format(
            sql.Identifier(TABLE.name), replaced, key=sql.Identifier(TABLE.natural_key[0])
        )
    )


if __name__ == "__main__":
    main()
