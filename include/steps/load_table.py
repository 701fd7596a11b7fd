"""Load Parquet into the warehouse."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from include.catalog import Table
from include.errors import ContractError, GapError, MassDeleteError, SupersededError
from include.object_store import ObjectStore
from include.steps.gather_ranges import gathered
from include.steps.records import Record, fed, manifests_of
from include.summary import log_summary
from include.warehouse.connection import Connection
from include.warehouse.ledger import Loaded
from include.warehouse.load import load as load_manifest
from include.warehouse.replay import rebuild

log = logging.getLogger(__name__)

_COUNTS = ("rows_read", "rows_new", "rows_revised", "rows_deleted", "rows_quarantined", "bytes_read")


def load(
    transformed: Record | Sequence[Record], *, processed: ObjectStore, warehouse: Connection, run_id: str
) -> Record:
    """Load processed loads in order, each once; returns what they did and where the table now stands.

    Of a split read ``transformed`` are the records of all ranges, in order: they are one load, in one transaction.
    Raises ``MassDeleteError`` after the commit when so many rows seem deleted that none was.
    """
    started = time.monotonic()
    records = [transformed] if isinstance(transformed, Mapping) else list(transformed)
    table, is_replay = fed(records[0]["table"]), records[0]["mode"] == "replay"
    landed = [key for record in records for key in manifests_of(record, processed)]
    keys = gathered(table, landed, processed, strict=is_replay)
    if is_replay:
        loads = rebuild(warehouse, table, keys, processed=processed, run_id=run_id)
    else:
        loads = _each(warehouse, table, keys, processed, run_id)
    record = _summed(table, loads)
    log_summary(
        "load",
        table=table.name,
        rows_read=record["rows_read"],
        rows_new=record["rows_new"],
        rows_revised=record["rows_revised"],
        rows_deleted=record["rows_deleted"],
        rows_quarantined=record["rows_quarantined"],
        size=record["bytes_read"],
        seconds=time.monotonic() - started,
        watermark=record["watermark"],
    )
    _refuse_mass_delete(table, loads)
    return record


def _each(
    warehouse: Connection, table: Table, keys: Sequence[str], processed: ObjectStore, run_id: str
) -> list[Loaded]:
    loads = []
    for key in keys:
        try:
            loads.append(load_manifest(warehouse, table, key, processed=processed, run_id=run_id))
        except (ContractError, GapError, SupersededError) as error:
            # This run's own read comes last and starts where the table stands: it needs none of those before it.
            if key == keys[-1]:
                raise
            log.warning("%s: a pending load is left out: %s", table.name, error)
    return loads


def _summed(table: Table, loads: Sequence[Loaded]) -> Record:
    if not loads:
        return {"table": table.name, "watermark": None, "lag_s": 0.0, **dict.fromkeys(_COUNTS, 0)}
    return asdict(loads[-1]) | {name: sum(getattr(loaded, name) for loaded in loads) for name in _COUNTS}


def _refuse_mass_delete(table: Table, loads: Sequence[Loaded]) -> None:
    withheld = loads[-1].rows_withheld if loads else 0
    if withheld:
        raise MassDeleteError(
            table.name,
            found=f"{withheld} rows that the source no longer seems to have",
            expected="at most 5 % of the table, or ten, at once",
            remedy="none of them was deleted, all else is loaded; look at the source (a truncate, a lost grant, another"
            " database?), and if they are really gone trigger a run with allow_mass_delete",
        )
