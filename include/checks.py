"""Does the warehouse hold what the source holds? Counts and checksums of both, from the declaration.

Of a large table one slice of its keys is compared at a time, and the next one the next time.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql

from include.catalog.model import Table
from include.checksums import of_source, of_warehouse
from include.slices import WHOLE, Slice, next_slice, source_key
from include.source import postgres, snapshot
from include.source.selection import ChangedSince
from include.warehouse import ledger, quarantine
from include.warehouse.connection import Connection, transaction

CHECK_EVERY = timedelta(minutes=30)  # a check that did not find them equal is repeated in the next run


@dataclass(frozen=True, kw_only=True)
class Check:
    """What a comparison found. ``outcome``: equal, different, or moved on (the source has changes to be read).

    Of a large table only the keys behind ``after_key`` up to ``upto_key`` were compared; None: no bound.
    """

    table_name: str
    outcome: str
    after_key: int | None = None
    upto_key: int | None = None
    source_rows: int | None = None
    warehouse_rows: int | None = None
    source_checksum: int | None = None
    warehouse_checksum: int | None = None


def check_tables(source: snapshot.Connection, warehouse: Connection, tables: Sequence[Table]) -> list[dict[str, Any]]:
    """Compare the tables that are due, store the outcomes in `etl_check`, and return them."""
    with snapshot.snapshot(source) as position:
        with transaction(warehouse):
            stands = ledger.watermarks(warehouse)
            last = {table: _last(warehouse, table) for table in tables if table.name in stands}
        due = [table for table, check in last.items() if _is_due(check, position)]
        checks = [_check(source, warehouse, table, stands[table.name], last[table], position) for table in due]
    with transaction(warehouse):
        for check in checks:
            _store(warehouse, check, position)
    return [asdict(check) for check in checks]


@dataclass(frozen=True)
class _Last:
    """A table's latest comparison."""

    outcome: str
    checked_at: datetime
    part: Slice


def _last(warehouse: Connection, table: Table) -> _Last | None:
    row = warehouse.execute(
        "SELECT outcome, checked_at, after_key, upto_key FROM etl_check WHERE table_name = %s"
        " ORDER BY checked_at DESC, check_id DESC LIMIT 1",
        [table.name],
    ).fetchone()
    return _Last(row[0], row[1], Slice(row[2], row[3])) if row else None


def _is_due(last: _Last | None, position: snapshot.Position) -> bool:
    return last is None or last.outcome != "equal" or position.at - last.checked_at >= CHECK_EVERY


def _check(
    source: snapshot.Connection,
    warehouse: Connection,
    table: Table,
    stands: ledger.Watermark,
    last: _Last | None,
    position: snapshot.Position,
) -> Check:
    part = WHOLE
    try:
        with source.transaction():
            if last is not None:
                part = last.part
            part = next_slice(source, table, part, again=last is not None and last.outcome == "different")
            moved = _moved(source, table, part, stands, position)
            if moved is None:
                return _found(table, part, "moved on")
            with transaction(warehouse):
                aside = [*quarantine.open_keys(warehouse, table), *moved]
                there = of_warehouse(warehouse, table, part, aside)
            here = of_source(source, table, part, aside)
    except (psycopg.DataError, psycopg.ProgrammingError) as error:  # a value, a column, a table, a grant
        return _found(table, part, f"impossible: {type(error).__name__}")
    return _found(table, part, _outcome(part, here, there), here, there)


def _outcome(part: Slice, here: tuple[int, int], there: tuple[int, int]) -> str:
    if here == there:
        return "equal"
    # Deleted rows of a large table are looked for less often than it is compared.
    return "moved on" if not part.is_whole and there[0] > here[0] else "different"


def _found(
    table: Table,
    part: Slice,
    outcome: str,
    here: tuple[int | None, int | None] = (None, None),
    there: tuple[int | None, int | None] = (None, None),
) -> Check:
    return Check(
        table_name=table.name,
        outcome=outcome,
        after_key=part.after,
        upto_key=part.upto,
        source_rows=here[0],
        source_checksum=here[1],
        warehouse_rows=there[0],
        warehouse_checksum=there[1],
    )


def _moved(
    source: snapshot.Connection,
    table: Table,
    part: Slice,
    stands: ledger.Watermark,
    position: snapshot.Position,
) -> Sequence[str] | None:
    """The keys of a slice whose rows have changed and are left out; None where that is not enough."""
    if stands.watermark is None or stands.system_identifier != position.system_identifier:
        return None
    changed = ChangedSince(stands.watermark)
    if part.is_whole or table.lookups:
        return None if postgres.has_changes(source, position, table, changed) else ()
    rows = source.execute(
        sql.SQL("SELECT {key}::text FROM {driving} WHERE {within} AND {changed}").format(
            key=source_key(table),
            driving=sql.Identifier(table.source_tables[0].name),
            within=part.condition(source_key(table)),
            changed=changed.condition(table.source_tables[0].name, position),
        )
    )
    return [key for (key,) in rows]


def _store(warehouse: Connection, check: Check, position: snapshot.Position) -> None:
    values = asdict(check) | {"checked_at": position.at}
    warehouse.execute(
        sql.SQL("INSERT INTO etl_check ({names}) VALUES ({values})").format(
            names=sql.SQL(", ").join(map(sql.Identifier, values)),
            values=sql.SQL(", ").join(map(sql.Placeholder, values)),
        ),
        values,
    )
