"""Where the warehouse stands, by its ledger, and which loads an extract does not hold yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.analytics.extracts.manifest import Manifest, Position
from include.catalog import FED
from include.warehouse.connection import Connection

RECENT = timedelta(hours=1)
"""Longer than any load takes: what commits after a later load did is found among the recent ones."""

_POSITIONS = """
SELECT fed.table_name, first.loaded_at, latest.load_id, latest.loaded_at
FROM unnest(%s::text[]) AS fed (table_name)
CROSS JOIN LATERAL (SELECT l.loaded_at FROM etl_ledger AS l WHERE l.table_name = fed.table_name
                    ORDER BY l.loaded_at LIMIT 1) AS first
CROSS JOIN LATERAL (SELECT l.load_id, l.loaded_at FROM etl_ledger AS l WHERE l.table_name = fed.table_name
                    ORDER BY l.loaded_at DESC LIMIT 1) AS latest
"""
_RECENT = """
SELECT load_id, table_name, loaded_at FROM etl_ledger
WHERE table_name = ANY(%s) AND loaded_at > coalesce(%s, (SELECT max(loaded_at) FROM etl_ledger)) - %s
"""


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The fed tables' positions, the recent loads with their instants, and the tables that unseen loads wrote to.

    ``unseen`` are the ids of the loads that the last manifest does not know. ``is_restored``: the warehouse lacks
    loads that it knows, so it is a backup's, or another one.
    """

    positions: Mapping[str, Position]
    loads: Mapping[str, datetime]
    unseen: tuple[str, ...]
    written: frozenset[str]
    is_restored: bool


def standing(connection: Connection, last: Manifest | None) -> Standing:
    """Look into the ledger; every load since a while before the last manifest is compared with what that one knew."""
    names = [table.name for table in FED]
    positions = {
        name: Position(first_loaded_at=first, load_id=load_id, loaded_at=latest)
        for name, first, load_id, latest in connection.execute(_POSITIONS, [names])
    }
    known = dict(last.loads) if last else {}
    recent = connection.execute(_RECENT, [names, max(known.values(), default=None), RECENT]).fetchall()
    # A replay loads again what was loaded before: the same loads, at other instants.
    unseen = {load_id: table for load_id, table, at in recent if known.get(load_id) != at}
    newest = max((at for _, _, at in recent), default=None)
    return Standing(
        positions=positions,
        loads={load_id: at for load_id, _, at in recent if newest and at > newest - RECENT},
        unseen=tuple(sorted(unseen)),
        written=frozenset(unseen.values()) | _members(unseen.values()),
        is_restored=_lacks_any(connection, known),
    )


def is_continued(last: Position | None, now: Position | None) -> bool:
    """Whether a table goes on from where its extract stands: it was not replayed meanwhile."""
    return (last and last.first_loaded_at) == (now and now.first_loaded_at)


def _lacks_any(connection: Connection, loads: Iterable[str]) -> bool:
    wanted = list(loads)
    (found,) = connection.execute("SELECT count(*) FROM etl_ledger WHERE load_id = ANY(%s)", [wanted]).fetchone() or (
        0,
    )
    return bool(found < len(wanted))


def _members(tables: Iterable[str]) -> frozenset[str]:
    """The dimensions to which loads of these tables may have added inferred members."""
    wanted = set(tables)
    return frozenset(
        column.references for table in FED if table.name in wanted for column in table.columns if column.references
    )
