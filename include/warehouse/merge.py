"""The merge: what is new or differs from the current content, and only that, is written.

The comparison is by the columns themselves, not by a stored hash: exact, and unmoved by a column
that is added later. The same statements serve a first load, a delta and a full comparison.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from psycopg import sql

from include.catalog import TABLES
from include.catalog.model import Column, Kind, Table
from include.errors import DeclarationError
from include.warehouse.calendar import CALENDAR, extend_calendar
from include.warehouse.connection import Connection
from include.warehouse.identifiers import columns, keys, same_key
from include.warehouse.references import References, checked, of_changed

NOT_YET_LOADED = "(not yet loaded)"


@dataclass(frozen=True)
class Merged:
    """How many staged rows had a key of their own, and how many differ from the current ones."""

    rows_new: int
    rows_revised: int


def merge(connection: Connection, table: Table, load_id: str, seen_at: str) -> Merged:
    """Bring `staging`, read at ``seen_at`` (ISO 8601), into the table, with the members that its foreign keys need."""
    merged = _find_changed(connection, table)
    if merged.rows_new or merged.rows_revised:
        references = of_changed(table)
        infer_members(connection, references, load_id, seen_at)
        write = _append_versions if table.history == "versions" else _upsert
        with checked(connection, references):
            write(connection, table, load_id, seen_at)
    return merged


def _find_changed(connection: Connection, table: Table) -> Merged:
    """Make `changed`: the staged rows that the table does not hold as they are."""
    connection.execute("DROP TABLE IF EXISTS pg_temp.changed")
    statement = sql.SQL("""
        CREATE TEMPORARY TABLE changed ON COMMIT DROP AS
        SELECT staged.*, {is_new} AS is_new, held.ctid AS held_at
        FROM staging AS staged LEFT JOIN {table} AS held ON {same_key} AND {is_current}
        WHERE {is_new} OR held.is_deleted OR ({held_columns}) IS DISTINCT FROM ({staged_columns})
    """).format(
        table=sql.Identifier(table.name),
        same_key=same_key(table, "held", "staged"),
        is_current=sql.SQL("held.is_current" if table.history == "versions" else "true"),
        is_new=sql.SQL(
            "(held._load_id IS NULL" + ("" if table.history == "versions" else " OR held.is_inferred") + ")"
        ),
        held_columns=columns(table, "held"),
        staged_columns=columns(table, "staged"),
    )
    connection.execute(statement)
    counts = connection.execute(
        "SELECT count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE NOT is_new) FROM changed"
    ).fetchone()
    return Merged(*(counts or (0, 0)))


def _append_versions(connection: Connection, table: Table, load_id: str, seen_at: str) -> None:
    connection.execute(
        sql.SQL(
            # By where the row lies: it was found there under this load's lock, and is not to be looked for again.
            "UPDATE {table} AS held SET is_current = false FROM changed WHERE held.ctid = held_at AND held.is_current"
        ).format(table=sql.Identifier(table.name))
    )
    connection.execute(
        sql.SQL("""
            INSERT INTO {table} ({columns}, is_current, is_deleted, _load_id, _loaded_at, _seen_at)
            SELECT {columns}, true, false, %s, statement_timestamp(), %s FROM changed ORDER BY {key}
        """).format(table=sql.Identifier(table.name), columns=columns(table), key=keys(table)),
        [load_id, seen_at],
    )


def _upsert(connection: Connection, table: Table, load_id: str, seen_at: str) -> None:
    """Insert or replace. `ON CONFLICT`, since a fact's load may insert an inferred member at the same moment.

    The key is not among what is replaced: an update of it, even to itself, locks the row against the
    facts that refer to it, and two loads would wait for each other in a circle.
    """
    others = [name for name in table.column_names if name not in table.natural_key]
    replaced = [*others, "is_inferred", "is_deleted", "_load_id", "_loaded_at", "_seen_at"]
    connection.execute(
        sql.SQL("""
            INSERT INTO {table} ({columns}, is_inferred, is_deleted, _load_id, _loaded_at, _seen_at)
            SELECT {columns}, false, false, %s, statement_timestamp(), %s FROM changed ORDER BY {key}
            ON CONFLICT ({key}) DO UPDATE SET {replacements}
        """).format(
            table=sql.Identifier(table.name),
            columns=columns(table),
            key=keys(table),
            replacements=sql.SQL(", ").join(
                sql.SQL("{name} = excluded.{name}").format(name=sql.Identifier(name)) for name in replaced
            ),
        ),
        [load_id, seen_at],
    )


def infer_members(connection: Connection, references: References, load_id: str, seen_at: str) -> None:
    """Insert the dimension rows that are referred to and that are not there yet, the days of the calendar too.

    In the order of the dimensions' names and of their keys, so that two loads never wait for each
    other in a circle.
    """
    extend_calendar(connection, references.get(CALENDAR))
    for dimension, referred in sorted(references.items()):
        if TABLES[dimension].driving is not None:
            _infer(connection, TABLES[dimension], referred, load_id, seen_at)


def _infer(connection: Connection, dimension: Table, referred: sql.Composable, load_id: str, seen_at: str) -> None:
    values = placeholders(dimension)
    connection.execute(
        sql.SQL("""
            INSERT INTO {dimension} ({key}{names}, is_inferred, is_deleted, _load_id, _loaded_at, _seen_at)
            SELECT referred.key{placeholders}, true, false, %s, statement_timestamp(), %s
            FROM ({referred}) AS referred (key)
            WHERE NOT EXISTS (SELECT FROM {dimension} AS held WHERE held.{key} = referred.key)
            ORDER BY referred.key
            ON CONFLICT ({key}) DO NOTHING
        """).format(
            dimension=sql.Identifier(dimension.name),
            key=sql.Identifier(dimension.natural_key[0]),
            names=_each(map(sql.Identifier, values)),
            placeholders=_each(values.values()),
            referred=referred,
        ),
        [load_id, seen_at],
    )


def placeholders(dimension: Table) -> dict[str, sql.Composable]:
    """What an inferred member of a dimension has in its columns, but for the key."""
    return {
        column.name: _placeholder(dimension, column)
        for column in dimension.columns
        if column.name not in dimension.natural_key
    }


def _placeholder(dimension: Table, column: Column) -> sql.Composable:
    if column.nullable:
        return sql.NULL
    if column.type.kind is not Kind.TEXT:
        raise DeclarationError(
            f"table {dimension.name}",
            found=f"{column.name}, a required {column.type.kind}",
            expected="text or nullable columns, so that a member can be inferred before its row arrives",
            remedy="make the column nullable",
        )
    return sql.Literal(NOT_YET_LOADED)


def _each(parts: Iterable[sql.Composable]) -> sql.Composable:
    """Each part with a comma before it."""
    return sql.Composed([sql.SQL(", {part}").format(part=part) for part in parts])
