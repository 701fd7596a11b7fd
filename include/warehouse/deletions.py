"""Find rows that the source no longer has, and mark them; too many at once are withheld.

A delete leaves nothing behind in the source, so it is found by comparing keys. A truncate, a lost
grant or another database look just like many deletes: then none is believed until somebody says so.
"""

from psycopg import sql

from include.catalog.model import Table
from include.warehouse.connection import Connection
from include.warehouse.identifiers import columns, keys, same_key

SHARE = 0.05  # of a table's keys that may go at once
HANDFUL = 10  # that may always go


def find_gone(connection: Connection, table: Table) -> int:
    """Make `gone`: the natural keys that the table holds and `present` does not; returns their number."""
    connection.execute("DROP TABLE IF EXISTS pg_temp.gone")
    connection.execute(
        sql.SQL("""
            CREATE TEMPORARY TABLE gone ON COMMIT DROP AS
            SELECT {keys} FROM {table} AS held
            WHERE {is_held} AND NOT EXISTS (SELECT FROM present WHERE {same_key})
        """).format(
            keys=keys(table, "held"),
            table=sql.Identifier(table.name),
            is_held=held(table),
            same_key=same_key(table, "held", "present"),
        )
    )
    (count,) = connection.execute("SELECT count(*) FROM gone").fetchone() or (0,)
    return int(count)


def held(table: Table) -> sql.Composable:
    """True for a row with alias ``held`` that stands for a row of the source."""
    return sql.SQL(
        "held.is_current AND NOT held.is_deleted" if table.record_id else "NOT (held.is_deleted OR held.is_inferred)"
    )


def is_believable(connection: Connection, table: Table, gone: int) -> bool:
    """Whether so many may have been deleted at once."""
    (total,) = connection.execute(
        sql.SQL("SELECT count(*) FROM {table} AS held WHERE {is_held}").format(
            table=sql.Identifier(table.name), is_held=held(table)
        )
    ).fetchone() or (0,)
    return bool(gone <= max(HANDFUL, SHARE * total))


def mark_deleted(connection: Connection, table: Table, load_id: str, seen_at: str) -> None:
    """Mark the rows of `gone`: a fact gets a `deleted` version, a dimension's row stays and says so."""
    write = _append_deleted if table.history == "versions" else _flag_deleted
    write(connection, table, load_id, seen_at)


def _append_deleted(connection: Connection, table: Table, load_id: str, seen_at: str) -> None:
    connection.execute(
        sql.SQL("""
            WITH ended AS (
              UPDATE {table} AS held SET is_current = false FROM gone WHERE {same_key} AND held.is_current
              RETURNING held.*)
            INSERT INTO {table} ({columns}, is_current, is_deleted, _load_id, _loaded_at, _seen_at)
            SELECT {columns}, true, true, %s, statement_timestamp(), %s FROM ended ORDER BY {keys}
        """).format(
            table=sql.Identifier(table.name),
            same_key=same_key(table, "held", "gone"),
            columns=columns(table),
            keys=keys(table),
        ),
        [load_id, seen_at],
    )


def _flag_deleted(connection: Connection, table: Table, load_id: str, seen_at: str) -> None:
    connection.execute(
        sql.SQL("""
            UPDATE {table} AS held
            SET is_deleted = true, _load_id = %s, _loaded_at = statement_timestamp(), _seen_at = %s
            FROM gone WHERE {same_key}
        """).format(table=sql.Identifier(table.name), same_key=same_key(table, "held", "gone")),
        [load_id, seen_at],
    )
