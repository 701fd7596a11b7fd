"""Whether rows that the warehouse holds seem gone from the source: by counts, so that keys travel only then.

A delete leaves nothing behind. But a row of the source that the warehouse does not hold was written since the table's
watermark: so the source has as many rows as the warehouse and those new ones together, unless rows are gone.
"""

import logging
from collections.abc import Sequence

from include.catalog import Table
from include.planning import COMPARE_KEYS_EVERY, is_due
from include.source import postgres, snapshot
from include.source.selection import ChangedSince
from include.source.snapshot import Position
from include.warehouse import counts, ledger
from include.warehouse.connection import Connection, transaction
from include.warehouse.ledger import Watermark

log = logging.getLogger(__name__)

_MOST_CHANGED = 100_000


def are_looked_for(source: snapshot.Connection, position: Position, table: Table, stands: Watermark | None) -> bool:
    """Whether deleted rows are looked for now: in a small table always, in a larger one every 25 minutes."""
    return postgres.is_small(source, table.source_tables[0]) or stands is None or _is_due(stands, position)


def changed_keys(
    source: snapshot.Connection, position: Position, table: Table, stands: Watermark
) -> Sequence[str] | None:
    """The keys of the rows that may be new in the source; None for so many that all keys are little beside them."""
    if stands.watermark is None:
        return None
    found = postgres.changed_keys(source, position, table, ChangedSince(stands.watermark), most=_MOST_CHANGED)
    return None if len(found) > _MOST_CHANGED else found


def seem_to_be(
    source: snapshot.Connection,
    warehouse: Connection,
    position: Position,
    table: Table,
    *,
    changed: Sequence[str],
) -> bool:
    """Whether rows seem gone, beside those ``changed``; of a large table it is noted when none does."""
    driving = table.source_tables[0]
    found = postgres.count_rows(source, driving)
    with transaction(warehouse):
        expected = counts.present(warehouse, table) + counts.unknown(warehouse, table, changed)
        if found == expected and not postgres.is_small(source, driving):
            ledger.confirm_keys(warehouse, table.name, position.at)
    if found != expected:
        log.info("%s: %d rows in the source, %d expected", table.name, found, expected)
    return found != expected


def _is_due(stands: Watermark, position: Position) -> bool:
    return is_due(stands.keys_at, COMPARE_KEYS_EVERY, position)
