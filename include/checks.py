"""Does the warehouse hold what the source holds? Counts and checksums of both, from the declaration."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import psycopg
from psycopg import sql

from include.catalog.model import Column, Table
from include.source import postgres, snapshot
from include.source.selection import ChangedSince
from include.warehouse import ledger
from include.warehouse.connection import Connection, transaction
from include.warehouse.deletions import held

CHECK_EVERY = timedelta(minutes=30)  # a check that did not find them equal is repeated in the next run


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a comparison found. ``outcome``: equal, different, or moved on (the source has changes to be read)."""

    table_name: str
    outcome: str
    source_rows: int | None = None
    warehouse_rows: int | None = None
    source_checksum: int | None = None
    warehouse_checksum: int | None = None


def check_tables(source: snapshot.Connection, warehouse: Connection, tables: Sequence[Table]) -> list[dict[str, Any]]:
    """Compare the tables that are due, store the outcomes in `etl_check`, and return them."""
    with snapshot.snapshot(source) as position:
        with transaction(warehouse):
            stands = ledger.watermarks(warehouse)
            due = [table for table in tables if table.name in stands and _is_due(warehouse, table, position)]
        checks = [_check(source, warehouse, table, stands[table.name], position) for table in due]
    with transaction(warehouse):
        for check in checks:
            _store(warehouse, check, position)
    return [asdict(check) for check in checks]


def _is_due(warehouse: Connection, table: Table, position: snapshot.Position) -> bool:
    row = warehouse.execute(
        "SELECT outcome, checked_at FROM etl_check WHERE table_name = %s ORDER BY check_id DESC LIMIT 1", [table.name]
    ).fetchone()
    return row is None or row[0] != "equal" or position.at - row[1] >= CHECK_EVERY


def _check(
    source: snapshot.Connection,
    warehouse: Connection,
    table: Table,
    stands: ledger.Watermark,
    position: snapshot.Position,
) -> Check:
    try:
        with source.transaction():
            if _has_moved(source, table, stands, position):
                return Check(table_name=table.name, outcome="moved on")
            with transaction(warehouse):
                aside = _quarantined(warehouse, table)
                there = _measure(warehouse, _warehouse_rows(table), aside)
            here = _measure(source, _source_rows(table), aside)
    except (psycopg.DataError, psycopg.ProgrammingError) as error:  # a value, a column, a table, a grant
        return Check(table_name=table.name, outcome=f"impossible: {type(error).__name__}")
    return Check(
        table_name=table.name,
        outcome="equal" if here == there else "different",
        source_rows=here[0],
        source_checksum=here[1],
        warehouse_rows=there[0],
        warehouse_checksum=there[1],
    )


def _has_moved(
    source: snapshot.Connection, table: Table, stands: ledger.Watermark, position: snapshot.Position
) -> bool:
    if stands.watermark is None or stands.system_identifier != position.system_identifier:
        return True
    return postgres.has_changes(source, position, table, ChangedSince(stands.watermark))


def _quarantined(warehouse: Connection, table: Table) -> list[str]:
    rows = warehouse.execute(
        "SELECT natural_key FROM etl_quarantine WHERE table_name = %s AND resolved_at IS NULL", [table.name]
    )
    return [key for (key,) in rows]


def _measure(connection: psycopg.Connection[Any], rows: sql.Composable, aside: list[str]) -> tuple[int, int]:
    """Count and checksum of rows with the columns `key` and `checked`, without those set aside."""
    count, checksum = connection.execute(
        sql.SQL("SELECT count(*), coalesce(sum(hash), 0) FROM ({rows}) AS measured WHERE key <> ALL(%s)").format(
            rows=rows
        ),
        [aside],
    ).fetchone() or (0, 0)
    return int(count), int(checksum)


def _hash(columns: sql.Composable) -> sql.Composable:
    return sql.SQL("('x' || substr(md5(ROW({columns})::text), 1, 15))::bit(60)::bigint AS hash").format(columns=columns)


def _warehouse_rows(table: Table) -> sql.Composable:
    columns = [sql.Identifier("held", column.name) for column in _compared(table)]
    keys = [sql.Identifier("held", name) for name in table.natural_key]
    return sql.SQL("SELECT concat_ws(',', {keys}) AS key, {hash} FROM {table} AS held WHERE {is_held}").format(
        keys=sql.SQL(", ").join(keys),
        hash=_hash(sql.SQL(", ").join(columns)),
        table=sql.Identifier(table.name),
        is_held=held(table),
    )


def _source_rows(table: Table) -> sql.Composable:
    driving = table.source_tables[0]
    by_name = {column.name: column for column in table.columns}
    joins = [
        sql.SQL("LEFT JOIN {rows} AS {rows} ON {key} = {foreign_key}").format(
            rows=sql.Identifier(lookup.table.name),
            key=sql.Identifier(lookup.table.name, lookup.table.key),
            foreign_key=sql.Identifier(driving.name, lookup.foreign_key),
        )
        for lookup in table.lookups
    ]
    return sql.SQL("SELECT concat_ws(',', {keys}) AS key, {hash} FROM {driving} {joins}").format(
        keys=sql.SQL(", ").join(_source_column(table, by_name[name]) for name in table.natural_key),
        hash=_hash(sql.SQL(", ").join(_as_published(table, column) for column in _compared(table))),
        driving=sql.Identifier(driving.name),
        joins=sql.SQL(" ").join(joins),
    )


def _compared(table: Table) -> list[Column]:
    """All columns but those that a transform adds: the source does not have them."""
    return [column for column in table.columns if table.source_type(column) is not None]


def _as_published(table: Table, column: Column) -> sql.Composable:
    value = sql.SQL("{value}::{type}").format(value=_source_column(table, column), type=sql.SQL(_sql_type(column)))
    if column.null_as is None:
        return value
    return sql.SQL("coalesce({value}, {instead})").format(value=value, instead=sql.Literal(column.null_as))


def _sql_type(column: Column) -> Any:
    return column.type.sql  # the catalogue's own spelling, no value from outside


def _source_column(table: Table, column: Column) -> sql.Composable:
    lookup, _, name = column.source_name.rpartition(".")
    return sql.Identifier(lookup or table.source_tables[0].name, name)


def _store(warehouse: Connection, check: Check, position: snapshot.Position) -> None:
    values = asdict(check) | {"checked_at": position.at}
    warehouse.execute(
        sql.SQL("INSERT INTO etl_check ({names}) VALUES ({values})").format(
            names=sql.SQL(", ").join(map(sql.Identifier, values)),
            values=sql.SQL(", ").join(map(sql.Placeholder, values)),
        ),
        values,
    )
