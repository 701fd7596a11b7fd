"""Where to cut a large table into key ranges of about the same number of rows, without reading all of it."""

from math import ceil
from typing import Any

from psycopg import sql

from include.catalog.model import SourceTable
from include.source.postgres import estimated_rows
from include.source.snapshot import Connection

MOST_RANGES = 64
_SAMPLED_ROWS = 20_000


def key_edges(connection: Connection, table: SourceTable, rows_each: int) -> list[int]:
    """The keys at which a table is cut, ascending; none where it is too small for two ranges of so many rows.

    The number of rows is the planner's estimate, the cuts are quantiles of the keys in a sample of its pages:
    both are rough, cheap at any size, and need neither fresh statistics nor more than SELECT.
    """
    rows = estimated_rows(connection, table)
    count = min(MOST_RANGES, ceil(rows / rows_each))
    if count < 2:
        return []
    return sorted(set(_quantiles(connection, table, count, share=min(1.0, _SAMPLED_ROWS / rows))))


def _quantiles(connection: Connection, table: SourceTable, count: int, *, share: float) -> list[Any]:
    query = sql.SQL("""
        SELECT percentile_disc({fractions}::double precision[]) WITHIN GROUP (ORDER BY {key})
        FROM {rows} TABLESAMPLE SYSTEM ({percent}) REPEATABLE (1)
    """).format(
        fractions=sql.Literal([number / count for number in range(1, count)]),
        key=sql.Identifier(table.key),
        rows=sql.Identifier(table.name),
        percent=sql.Literal(100 * share),
    )
    (cuts,) = connection.execute(query).fetchone() or (None,)
    return list(cuts or [])
