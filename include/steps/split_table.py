"""Decide into which key ranges the read of a large table is split."""

import hashlib
import json
import logging
from dataclasses import asdict
from itertools import pairwise

from include.catalog import Table
from include.manifest import KeyRange
from include.planning import Request, decide
from include.source import snapshot
from include.source.key_edges import key_edges
from include.steps.records import Record, fed
from include.warehouse import ledger
from include.warehouse.connection import Connection, transaction

log = logging.getLogger(__name__)


def split(
    table_name: str, request: Request, *, source: snapshot.Connection, warehouse: Connection
) -> list[Record | None]:
    """The key ranges in which a table is to be read, one record each; a single None where it is read at once.

    Only a read of everything is split: a first load, a full comparison. What changed since a watermark is few
    rows, wherever they lie, and a scan for each range would cost the source more than it saves. A replay reads
    no source.
    """
    table = fed(table_name)
    if table.split_rows is None or table.driving is None or request.mode in {"replay", "backfill"}:
        return [None]
    with transaction(warehouse):
        stands = ledger.watermarks(warehouse).get(table_name)
    with snapshot.snapshot(source) as position:
        if decide(table, request, stands, position)[-1].mode != "full":
            return [None]
        edges = key_edges(source, table.driving, table.split_rows)
    ranges = _ranges(table, position, [None, *edges, None])
    log.info("%s: to be read in %d ranges of keys, cut at %s", table.name, len(ranges), edges or "no key")
    return [asdict(key_range) for key_range in ranges] if len(ranges) > 1 else [None]


def _ranges(table: Table, position: snapshot.Position, edges: list[int | None]) -> list[KeyRange]:
    split_at = position.at.isoformat()
    named = json.dumps([table.name, position.system_identifier, position.snapshot, split_at, edges])
    load_id = hashlib.sha256(named.encode()).hexdigest()[:32]
    bounds = list(pairwise(edges))
    return [
        KeyRange(load_id=load_id, split_at=split_at, number=number, count=len(bounds), start=start, end=end)
        for number, (start, end) in enumerate(bounds)
    ]
