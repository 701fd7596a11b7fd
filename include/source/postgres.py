"""Read a warehouse table's rows from a PostgreSQL source, byte for byte, with `COPY`.

A joined table is read with its closure: every driving row that changed *or whose lookup row
changed*, and the lookup rows that those refer to, all in the one snapshot.
"""

import contextlib
from collections.abc import Callable, Iterable

from psycopg import sql

from include.catalog.model import Lookup, SourceTable, Table
from include.errors import DeclarationError, SchemaDriftError
from include.source.copy_out import copy_out
from include.source.selection import Everything, KeysWithin, Selection
from include.source.snapshot import Connection, Position

KEYS_EVERY_CYCLE = 200_000
"""Tables of at most so many rows have their keys compared in every cycle; larger ones every 25 minutes."""

Write = Callable[[bytes, int], object]
"""Takes a block of CSV, which ends with a row, and the number of its rows: the header first, which has none."""

# Unqualified: a connection's search path names the one schema in which the source's tables are.
_COLUMNS = """
SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = to_regclass(quote_ident(%s)) AND attnum > 0 AND NOT attisdropped
"""


def has_changes(connection: Connection, position: Position, table: Table, selection: Selection) -> bool:
    """Whether the source holds at least one selected row of a warehouse table."""
    probes = [
        sql.SQL("EXISTS (SELECT FROM {rows} AS probed WHERE {selected})").format(
            rows=_identifier(source_table), selected=selection.condition("probed", position)
        )
        for source_table in table.source_tables
    ]
    (found,) = connection.execute(sql.SQL("SELECT ") + sql.SQL(" OR ").join(probes)).fetchone() or (False,)
    return bool(found)


def is_small(connection: Connection, table: SourceTable) -> bool:
    """Whether a table is small enough for its keys to be compared in every cycle, by the planner's estimate."""
    return estimated_rows(connection, table) <= KEYS_EVERY_CYCLE


def estimated_rows(connection: Connection, table: SourceTable) -> int:
    """The rows of a table as the planner reckons from its size now, with no more rights than a read needs."""
    query = sql.SQL("EXPLAIN (FORMAT JSON) SELECT FROM {rows}").format(rows=_identifier(table))
    ((plan,),) = connection.execute(query).fetchall()
    return int(plan[0]["Plan"]["Plan Rows"])


def count_rows(connection: Connection, table: SourceTable) -> int:
    """The rows of a source table."""
    (rows,) = connection.execute(sql.SQL("SELECT count(*) FROM {rows}").format(rows=_identifier(table))).fetchone() or (
        0,
    )
    return int(rows)


def changed_keys(
    connection: Connection, position: Position, table: Table, selection: Selection, *, most: int
) -> list[str]:
    """The natural keys of the selected driving rows, as text; of more than ``most`` only one more than that."""
    driving = table.source_tables[0]
    query = sql.SQL("SELECT concat_ws(',', {keys}) FROM {rows} AS driving WHERE {selected} LIMIT {most}").format(
        keys=_keys(table),
        rows=_identifier(driving),
        selected=selection.condition("driving", position),
        most=sql.Literal(most + 1),
    )
    return [key for (key,) in connection.execute(query)]


def copy_keys(
    connection: Connection, table: Table, *, within: KeysWithin | Everything, position: Position, write: Write
) -> int:
    """Hand the keys of a table's driving source table, all or those of a range, to ``write``, as CSV with a header."""
    query = sql.SQL("SELECT {keys} FROM {rows} AS held WHERE {selected}").format(
        keys=_keys(table), rows=_identifier(table.source_tables[0]), selected=within.condition("held", position)
    )
    return _copy(connection, query, write)


def copy_rows(
    connection: Connection,
    table: Table,
    source_table: SourceTable,
    *,
    selection: Selection,
    position: Position,
    write: Write,
) -> int:
    """Hand the selected rows of one of a table's source tables to ``write``, as CSV with a header.

    Every column of the source is there, as the source spells it. Returns the number of rows.
    """
    return _copy(connection, _rows(table, source_table, selection, position), write)


def _copy(connection: Connection, query: sql.Composable, write: Write) -> int:
    rows = 0
    statement = sql.SQL("COPY ({query}) TO STDOUT (FORMAT csv, HEADER)").format(query=query)
    with contextlib.closing(copy_out(connection, statement)) as blocks:
        for number, messages in enumerate(blocks):
            if number == 0:
                write(messages.pop(0), 0)
            if messages:
                write(b"".join(messages), len(messages))
                rows += len(messages)
    return rows


def check_columns(connection: Connection, tables: Iterable[SourceTable]) -> list[str]:
    """The columns that the source has and nobody declared, as `source.table.column`.

    Raises ``SchemaDriftError`` unless every declared column is there with a declared type.
    """
    undeclared: list[str] = []
    for table in tables:
        found: dict[str, str] = dict(connection.execute(_COLUMNS, [table.name]).fetchall())
        drifted = {name: found.get(name) for name in table.columns if not table.accepts(name, found.get(name))}
        if drifted:
            raise SchemaDriftError(
                f"{table.source}.{table.name}",
                found=", ".join(f"{name} {kind or 'missing'}" for name, kind in drifted.items())
                if found
                else "no such table that this role can see",
                expected=", ".join(f"{name} {table.columns[name]}" for name in drifted),
                remedy="correct the source or its declaration in include/catalog; the table's rows load then",
            )
        undeclared += [f"{table.source}.{table.name}.{name}" for name in found if name not in table.columns]
    return undeclared


def _rows(table: Table, source_table: SourceTable, selection: Selection, position: Position) -> sql.Composable:
    driving = table.source_tables[0]
    selected = _selected_driving_row(table, selection, position)
    if source_table is driving:
        return sql.SQL("SELECT driving.* FROM {driving} AS driving WHERE {selected}").format(
            driving=_identifier(driving), selected=selected
        )
    joins = [
        _joined(lookup, sql.SQL("driving"), sql.SQL("looked_up"))
        for lookup in table.lookups
        if lookup.table is source_table
    ]
    if not joins:
        raise DeclarationError(
            f"table {table.name}",
            found=f"a read of {source_table.name}",
            expected=f"one of {', '.join(source.name for source in table.source_tables)}",
            remedy="declare it as a lookup",
        )
    return sql.SQL(
        "SELECT looked_up.* FROM {rows} AS looked_up"
        " WHERE EXISTS (SELECT FROM {driving} AS driving WHERE ({joined}) AND ({selected}))"
    ).format(
        rows=_identifier(source_table),
        driving=_identifier(driving),
        joined=sql.SQL(" OR ").join(joins),
        selected=selected,
    )


def _selected_driving_row(table: Table, selection: Selection, position: Position) -> sql.Composable:
    """True for a driving row that is selected itself or through one of its lookup rows."""
    conditions = [selection.condition("driving", position)]
    conditions += [
        sql.SQL("EXISTS (SELECT FROM {rows} AS joined WHERE {joined} AND {selected})").format(
            rows=_identifier(lookup.table),
            joined=_joined(lookup, sql.SQL("driving"), sql.SQL("joined")),
            selected=selection.condition("joined", position),
        )
        for lookup in table.lookups
    ]
    return sql.SQL(" OR ").join(conditions)


def _joined(lookup: Lookup, driving: sql.Composable, looked_up: sql.Composable) -> sql.Composable:
    return sql.SQL("{driving}.{foreign_key} = {looked_up}.{key}").format(
        driving=driving,
        foreign_key=sql.Identifier(lookup.foreign_key),
        looked_up=looked_up,
        key=sql.Identifier(lookup.table.key),
    )


def _keys(table: Table) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, table.key_sources))


def _identifier(table: SourceTable) -> sql.Identifier:
    return sql.Identifier(table.name)
