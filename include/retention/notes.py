"""Prune what the warehouse notes on runs; what a load, a replay, a reader or a version still needs is kept.

No row of a star is ever removed. In small transactions that lock nothing which a run waits for, so it is safe at any
time, and so is breaking it off.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from psycopg import sql

from include.errors import SettingError
from include.warehouse.connection import Connection, transaction

LEAST = timedelta(days=7)
"""Pages and extracts show the last week; pending loads are looked for within a day of where a table stands."""

_AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True)
class Prunable:
    """A table of notes, its key, and the SQL condition for a row ``old`` that nobody needs any more."""

    table: str
    key: str
    condition: str


# Of comparisons the latest of a table says what is compared next, and whether a difference is news.
_CHECKS = Prunable(
    table="etl_check",
    key="check_id",
    condition="""
        old.checked_at < %(before)s AND old.alert_id IS NOT NULL AND EXISTS (
          SELECT FROM etl_check AS later WHERE later.table_name = old.table_name
          AND (later.checked_at, later.check_id) > (old.checked_at, old.check_id))""",
)
_RUNS = Prunable(table="etl_run", key="run_id", condition="old.ended_at < %(before)s")
_SET_ASIDE = Prunable(table="etl_quarantine", key="quarantine_id", condition="old.resolved_at < %(before)s")
_TOLD = """
    happened_at < %(before)s AND (event <> 'failed' OR resolved_at IS NOT NULL)
    AND NOT starts_with(alert_id, 'data_quality/stalled/')
    AND NOT EXISTS (SELECT FROM etl_delivery AS d WHERE d.alert_id = old.alert_id AND d.sent_at IS NULL)"""
# A source that stands still is told of once, as long as it does: its alert is what says that it was.
_DELIVERIES = Prunable(
    table="etl_delivery",
    key="alert_id",
    condition=f"old.alert_id IN (SELECT alert_id FROM etl_alert AS old WHERE {_TOLD})",  # noqa: S608  constants
)
_ALERTS = Prunable(table="etl_alert", key="alert_id", condition=_TOLD)
# A load that changed rows is where versions come from: it stays. So do a table's first and latest loads, by which
# pages, extracts and replays are recognised, and whatever is as young as where the table stands: a pending load may be.
_LOADS = Prunable(
    table="etl_ledger",
    key="load_id",
    condition="""
        old.loaded_at < %(before)s AND old.alert_id IS NOT NULL
        AND old.rows_new + old.rows_revised + old.rows_deleted + old.rows_withheld + old.rows_quarantined = 0
        AND EXISTS (SELECT FROM etl_watermark AS w WHERE w.table_name = old.table_name
                    AND w.load_id <> old.load_id AND old.snapshot_at < w.snapshot_at - interval '1 day')
        AND EXISTS (SELECT FROM etl_ledger AS earlier
                    WHERE earlier.table_name = old.table_name AND earlier.loaded_at < old.loaded_at)
        AND EXISTS (SELECT FROM etl_ledger AS later
                    WHERE later.table_name = old.table_name AND later.loaded_at > old.loaded_at)""",
)
NOTES = (_CHECKS, _SET_ASIDE, _DELIVERIES, _ALERTS, _RUNS, _LOADS)
"""In the order in which they are pruned."""


def refuse_too_little(keep: timedelta) -> None:
    """Raise ``SettingError`` where less is kept than pages, extracts and pending loads need."""
    if keep < LEAST:
        raise SettingError(
            "retention",
            found=f"{keep.days} days to keep",
            expected=f"{LEAST.days} or more",
            remedy="name more days",
        )


def count(connection: Connection, keep: timedelta) -> dict[str, int]:
    """By table how many rows would be removed."""
    before = _before(connection, keep)
    with transaction(connection):
        return {one.table: _count(connection, one, before) for one in NOTES}


def prune(connection: Connection, keep: timedelta) -> dict[str, int]:
    """Remove what is older than ``keep`` and not needed; by table how many rows were removed.

    The connection is in autocommit mode. Raises ``WarehouseUnavailable``: then what was removed until then is, and
    the next call goes on.
    """
    before = _before(connection, keep)
    return {one.table: _prune(connection, one, before) for one in NOTES}


def _before(connection: Connection, keep: timedelta) -> datetime:
    """One instant for all tables: what is told of an alert goes with it."""
    refuse_too_little(keep)
    with transaction(connection):
        row = connection.execute("SELECT now() - %s", [keep]).fetchone()
    assert row is not None  # noqa: S101  a SELECT without FROM has one row
    return cast("datetime", row[0])


def _count(connection: Connection, one: Prunable, before: datetime) -> int:
    (rows,) = connection.execute(
        sql.SQL("SELECT count(*) FROM {table} AS old WHERE {condition}").format(
            table=sql.Identifier(one.table), condition=_condition(one)
        ),
        {"before": before},
    ).fetchone() or (0,)
    return int(rows)


def _prune(connection: Connection, one: Prunable, before: datetime) -> int:
    statement = sql.SQL("""
        DELETE FROM {table} WHERE {key} IN (
          SELECT {key} FROM {table} AS old WHERE {condition} LIMIT {at_once} FOR UPDATE SKIP LOCKED)
    """).format(
        table=sql.Identifier(one.table),
        key=sql.Identifier(one.key),
        condition=_condition(one),
        at_once=sql.Literal(_AT_ONCE),
    )
    removed = 0
    while True:
        with transaction(connection):
            found = connection.execute(statement, {"before": before}).rowcount
        removed += found
        if not found:
            return removed


def _condition(one: Prunable) -> sql.Composable:
    return sql.SQL(one.condition)
