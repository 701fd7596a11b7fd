"""Read a source as the extract does, into Python."""

import csv
import io
from contextlib import closing

import psycopg

from include.catalog import Table
from include.source import postgres
from include.source.postgres import copy_rows
from include.source.selection import ChangedSince, Selection
from include.source.snapshot import Position, snapshot

Rows = list[dict[str, str]]


def read(dsn: str, table: Table, selection: Selection) -> tuple[Position, dict[str, Rows]]:
    """Where the source stands, and the selected rows of each of the table's source tables, by key."""
    with closing(psycopg.connect(dsn)) as connection, snapshot(connection) as position:
        return position, {
            source.name: _sorted(_copied(connection, table, source, selection, position), source.key)
            for source in table.source_tables
        }


def position(dsn: str) -> Position:
    """Where the source stands."""
    with closing(psycopg.connect(dsn)) as connection, snapshot(connection) as now:
        return now


def keys_since(dsn: str, table: Table, before: Position) -> list[int]:
    """The keys of the driving rows that changed since a position."""
    driving = table.source_tables[0]
    _, rows = read(dsn, table, ChangedSince(before.xmin))
    return [int(row[driving.key]) for row in rows[driving.name]]


def has_changes(dsn: str, table: Table, before: Position) -> bool:
    """Whether the probe finds a change since a position."""
    with closing(psycopg.connect(dsn)) as connection, snapshot(connection) as now:
        return postgres.has_changes(connection, now, table, ChangedSince(before.xmin))


def _copied(connection, table, source, selection, now) -> Rows:
    body = io.BytesIO()
    count = copy_rows(
        connection, table, source, selection=selection, position=now, write=lambda block, _: body.write(block)
    )
    rows = list(csv.DictReader(io.StringIO(body.getvalue().decode(), newline="")))
    assert count == len(rows)
    return rows


def _sorted(rows: Rows, key: str) -> Rows:
    return sorted(rows, key=lambda row: int(row[key]))
