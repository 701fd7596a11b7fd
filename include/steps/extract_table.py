"""Land what changed in a table's source tables; what was landed earlier and never loaded goes before it."""

import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta

from include.catalog import Table
from include.key_ranges import by_load, origin_of
from include.manifest import KeyRange, Origin
from include.object_store import ObjectStore
from include.planning import COMPARE_KEYS_EVERY, Decision, Request, decide, is_due
from include.raw.land import Reading, land, land_range
from include.raw.landed import landed
from include.source import postgres, snapshot
from include.source.horizon import Horizon, horizon
from include.source.selection import ChangedSince, Everything, Selection, StampedSince, StampedWithin
from include.source.snapshot import Position
from include.steps.records import Keyed, Record, fed, landed_record
from include.warehouse import ledger
from include.warehouse.connection import Connection, transaction
from include.warehouse.ledger import Watermark

log = logging.getLogger(__name__)

_LOOK_BACK = timedelta(days=1)  # for loads that were landed before a table was ever loaded


def extract(
    table_name: str,
    request: Request,
    key_range: Record | None = None,
    *,
    source: snapshot.Connection,
    warehouse: Connection,
    raw: ObjectStore,
) -> Record:
    """Land what changed since the ledger's watermark; returns the manifests' keys, in the order to load them.

    The ledger is asked here and not taken from the plan, so that a task cleared later reads from
    where the table stands then. A replay reads nothing: it returns all that was ever landed. With a
    ``key_range`` of ``split`` everything in that range is landed instead, once; what is pending goes with the first.
    """
    started = time.monotonic()
    table = fed(table_name)
    if key_range is not None:
        return _extract_range(table, request, KeyRange(**key_range), source, warehouse, raw)
    if request.mode == "replay":
        manifests = landed(raw, table)
        return extract_record(started, raw, table, manifests, "replay", own=0)
    with transaction(warehouse):
        stands = ledger.watermarks(warehouse).get(table_name)
    next_start = horizon(source) if table.changes == "last_updated" else None
    with snapshot.snapshot(source) as position:
        postgres.check_columns(source, table.source_tables)
        own = _land(source, position, raw, table, request, stands, next_start)
        pending = pending_loads(warehouse, raw, table, stands, own[0][1].origin)
    return extract_record(started, raw, table, [*pending, *own], own[-1][1].origin.mode, own=len(own))


def _extract_range(
    table: Table,
    request: Request,
    key_range: KeyRange,
    source: snapshot.Connection,
    warehouse: Connection,
    raw: ObjectStore,
) -> Record:
    started = time.monotonic()
    with transaction(warehouse):
        stands = ledger.watermarks(warehouse).get(table.name)
    next_start = horizon(source) if table.changes == "last_updated" else None
    log.info("%s: reading range %d of %d", table.name, key_range.number + 1, key_range.count)
    with snapshot.snapshot(source) as position:
        postgres.check_columns(source, table.source_tables)
        everything = Decision(mode="full", selection=Everything(), reason="a range of everything")
        origin = replace(_origin(table, everything, request, position, next_start, stands), key_range=key_range)
        own = land_range(source, position, raw, table, origin)
    first = key_range.number == 0
    pending = pending_loads(warehouse, raw, table, stands, own[1].origin) if first else []
    return extract_record(started, raw, table, [*pending, own], "full", own=1)


def _land(
    source: snapshot.Connection,
    position: Position,
    raw: ObjectStore,
    table: Table,
    request: Request,
    stands: Watermark | None,
    next_start: Horizon | None,
) -> list[Keyed]:
    decisions = decide(table, request, stands, position)
    with_keys = request.mode != "backfill" and _compares_keys(source, position, table, decisions, stands)
    manifests = []
    for decision in decisions:
        log.info("%s: reading %s", table.name, decision.reason)
        origin = _origin(table, decision, request, position, next_start, stands)
        # The keys go with the last read of a snapshot: they are the same for all of them.
        reading = Reading(decision.selection, with_keys=with_keys and decision is decisions[-1])
        manifests.append(land(source, position, raw, table, origin, reading=reading))
    return manifests


def _compares_keys(
    source: snapshot.Connection,
    position: Position,
    table: Table,
    decisions: tuple[Decision, ...],
    stands: Watermark | None,
) -> bool:
    if postgres.is_small(source, table.source_tables[0]):
        return True
    if stands is None:
        return False  # the first load of a table: nothing is there yet that could be gone
    return decisions[-1].mode == "full" or is_due(stands.keys_at, COMPARE_KEYS_EVERY, position)


def _origin(
    table: Table,
    decision: Decision,
    request: Request,
    position: Position,
    next_start: Horizon | None,
    stands: Watermark | None,
) -> Origin:
    selection = decision.selection
    window = selection if isinstance(selection, StampedWithin) else None
    if next_start is not None and next_start.bounded:
        log.warning("%s: other sessions cannot be seen; the horizon is bounded, at %s", table.name, next_start.at)
    # A horizon never moves back: what an earlier one covered was read.
    held = stands.horizon if stands else None
    starts = max(next_start.at, held) if next_start and held else next_start.at if next_start else None
    return Origin(
        table=table.name,
        mode=decision.mode,
        since=selection.watermark if isinstance(selection, ChangedSince) else None,
        window_start=_start(selection),
        window_end=window.end.isoformat() if window else None,
        system_identifier=position.system_identifier,
        snapshot=position.snapshot,
        watermark=position.xmin,
        snapshot_at=position.at.isoformat(),
        horizon=starts.isoformat() if starts else None,
        bounded=next_start is not None and next_start.bounded,
        allow_mass_delete=request.allow_mass_delete,
    )


def _start(selection: Selection) -> str | None:
    """The stamp that a read by stamps starts from."""
    if isinstance(selection, StampedWithin):
        return selection.start.isoformat()
    return selection.horizon.isoformat() if isinstance(selection, StampedSince) else None


def pending_loads(
    warehouse: Connection, raw: ObjectStore, table: Table, stands: Watermark | None, own: Origin
) -> list[Keyed]:
    """Loads that were landed after the latest one loaded, by a run that then failed; oldest first.

    The rows they hold were current when they were read: a fact's history must have them.
    """
    since = stands.snapshot_at if stands else datetime.fromisoformat(own.snapshot_at) - _LOOK_BACK
    loads = [(origin_of(load), load) for load in by_load(landed(raw, table, since))]
    earlier = [(origin, load) for origin, load in loads if origin.order < own.order and origin.load_id != own.load_id]
    if stands is not None:
        earlier = [(origin, load) for origin, load in earlier if not ledger.is_older(origin, stands)]
    with transaction(warehouse):
        pending = [(origin, load) for origin, load in earlier if not ledger.is_loaded(warehouse, origin.load_id)]
    if stands is None:
        # A first load begins with everything.
        while pending and pending[0][0].mode != "full":
            pending.pop(0)
    if pending:
        log.warning("%s: %d earlier loads were landed and never loaded; they go first", table.name, len(pending))
    return [item for _, load in pending for item in load]


def extract_record(
    started: float, raw: ObjectStore, table: Table, manifests: list[Keyed], mode: str, *, own: int
) -> Record:
    """What an extract landed and found pending; the rows of files are not counted before they are merged."""
    rows = sum(manifest.rows(table.landed_as[1]) for _, manifest in manifests)
    record = landed_record("extract", started, raw, table.name, manifests, mode=mode, rows_read=rows)
    return record | {"own": own}
