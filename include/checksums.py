"""Count and checksum of a table's rows in the source and in the warehouse, from the declaration."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg import sql

from include.catalog.model import Column, Table
from include.slices import Slice, source_key
from include.source import snapshot
from include.warehouse.connection import Connection
from include.warehouse.deletions import held


def of_warehouse(connection: Connection, table: Table, part: Slice, aside: Sequence[str]) -> tuple[int, int]:
    """Rows that a slice of a table holds as current, and the sum of their hashes, without the keys set aside."""
    return _measure(connection, _warehouse_rows(table, part), aside)


def of_source(connection: snapshot.Connection, table: Table, part: Slice, aside: Sequence[str]) -> tuple[int, int]:
    """As ``of_warehouse``, of the source's rows as the warehouse would publish them."""
    return _measure(connection, _source_rows(table, part), aside)


def _measure(connection: psycopg.Connection[Any], rows: sql.Composable, aside: Sequence[str]) -> tuple[int, int]:
    """Count and checksum of rows with the columns `key` and `checked`, without those set aside."""
    count, checksum = connection.execute(
        sql.SQL("SELECT count(*), coalesce(sum(hash), 0) FROM ({rows}) AS measured WHERE key <> ALL(%s)").format(
            rows=rows
        ),
        [list(aside)],
    ).fetchone() or (0, 0)
    return int(count), int(checksum)


def _hash(columns: sql.Composable) -> sql.Composable:
    return sql.SQL("('x' || substr(md5(ROW({columns})::text), 1, 15))::bit(60)::bigint AS hash").format(columns=columns)


def _warehouse_rows(table: Table, part: Slice) -> sql.Composable:
    columns = [sql.Identifier("held", column.name) for column in _compared(table)]
    keys = [sql.Identifier("held", name) for name in table.natural_key]
    return sql.SQL(
        "SELECT concat_ws(',', {keys}) AS key, {hash} FROM {table} AS held WHERE {is_held} AND {within}"
    ).format(
        keys=sql.SQL(", ").join(keys),
        hash=_hash(sql.SQL(", ").join(columns)),
        table=sql.Identifier(table.name),
        is_held=held(table),
        within=part.condition(keys[0]),
    )


def _source_rows(table: Table, part: Slice) -> sql.Composable:
    driving = table.source_tables[0]
    joins = [
        sql.SQL("LEFT JOIN {rows} AS {rows} ON {key} = {foreign_key}").format(
            rows=sql.Identifier(lookup.table.name),
            key=sql.Identifier(lookup.table.name, lookup.table.key),
            foreign_key=sql.Identifier(driving.name, lookup.foreign_key),
        )
        for lookup in table.lookups
    ]
    return sql.SQL("SELECT concat_ws(',', {keys}) AS key, {hash} FROM {driving} {joins} WHERE {within}").format(
        keys=sql.SQL(", ").join(_source_column(table, name) for name in table.key_sources),
        hash=_hash(sql.SQL(", ").join(_as_published(table, column) for column in _compared(table))),
        driving=sql.Identifier(driving.name),
        joins=sql.SQL(" ").join(joins),
        within=part.condition(source_key(table)),
    )


def _compared(table: Table) -> list[Column]:
    """All columns but those that a transform adds: the source does not have them."""
    return [column for column in table.columns if table.source_type(column) is not None]


def _as_published(table: Table, column: Column) -> sql.Composable:
    value = sql.SQL("{value}::{type}").format(
        value=_source_column(table, column.source_name), type=sql.SQL(_sql_type(column))
    )
    if column.null_as is None:
        return value
    return sql.SQL("coalesce({value}, {instead})").format(value=value, instead=sql.Literal(column.null_as))


def _sql_type(column: Column) -> Any:
    return column.type.sql  # the catalogue's own spelling, no value from outside


def _source_column(table: Table, source_name: str) -> sql.Composable:
    lookup, _, name = source_name.rpartition(".")
    return sql.Identifier(lookup or table.source_tables[0].name, name)
