"""How many rows of the source each table stands for."""

from psycopg import sql

from include.catalog.model import Table
from include.warehouse.connection import Connection
from include.warehouse.deletions import held
from include.warehouse.identifiers import keys


def present(connection: Connection, table: Table) -> int:
    """The rows that a table holds as current, and the quarantined ones of which it holds no version."""
    (rows,) = connection.execute(
        sql.SQL("""
            SELECT (SELECT count(*) FROM {table} AS held WHERE {is_held})
                 + (SELECT count(*) FROM etl_quarantine AS entry
                    WHERE table_name = %s AND resolved_at IS NULL AND NOT EXISTS (
                      SELECT FROM {table} AS held WHERE {is_held} AND entry.natural_key = concat_ws(',', {key})))
        """).format(table=sql.Identifier(table.name), is_held=held(table), key=keys(table, "held")),
        [table.name],
    ).fetchone() or (0,)
    return int(rows)
