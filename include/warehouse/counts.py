"""How many rows of the source a table stands for."""

import re
from collections.abc import Sequence

from psycopg import sql

from include.catalog.model import Kind, Table
from include.warehouse.connection import Connection
from include.warehouse.deletions import held
from include.warehouse.identifiers import keys
from include.warehouse.quarantine import open_keys

_INTEGER = re.compile(r"-?[0-9]{1,18}")


def present(connection: Connection, table: Table) -> int:
    """The rows that a table holds as current, and the quarantined ones of which it holds no version.

    It reads the index of the current rows, or the whole of a dimension.
    """
    (rows,) = connection.execute(
        sql.SQL("SELECT count(*) FROM {table} AS held WHERE {is_held}").format(
            table=sql.Identifier(table.name), is_held=held(table)
        )
    ).fetchone() or (0,)
    entries = open_keys(connection, table)
    return int(rows) + len(entries) - _count_held(connection, table, entries)


def unknown(connection: Connection, table: Table, natural_keys: Sequence[str]) -> int:
    """How many of these keys (as text, their parts joined by commas) are neither current nor quarantined."""
    entries = set(open_keys(connection, table)) if natural_keys else set()
    others = [key for key in natural_keys if key not in entries]
    return len(others) - _count_held(connection, table, others)


def has_integer_key(table: Table) -> bool:
    """Whether the natural key is one integer, which every server orders alike."""
    kinds = {column.name: column.type.kind for column in table.columns}
    return [kinds[name] for name in table.natural_key] == [Kind.INTEGER]


def _count_held(connection: Connection, table: Table, natural_keys: Sequence[str]) -> int:
    """How many of these keys the table holds; integers are looked up in their index."""
    if not natural_keys:
        return 0
    key, key_type = sql.SQL("concat_ws(',', {keys})"), sql.SQL("text")
    if has_integer_key(table):
        key, key_type = sql.SQL("{keys}"), sql.SQL("bigint")
        natural_keys = [key for key in natural_keys if _INTEGER.fullmatch(key)]  # what is none is not held
    (rows,) = connection.execute(
        sql.SQL("""
            SELECT count(*) FROM unnest(%s::text[]) AS entry (key)
            WHERE EXISTS (SELECT FROM {table} AS held WHERE {is_held} AND {key} = entry.key::{key_type})
        """).format(
            table=sql.Identifier(table.name),
            is_held=held(table),
            key=key.format(keys=keys(table, "held")),
            key_type=key_type,
        ),
        [list(natural_keys)],
    ).fetchone() or (0,)
    return int(rows)
