"""The steps of a run, joined from the packages below: what each Airflow task calls.

Each returns a small JSON-able record (never rows, never secrets) and logs one summary line.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from include.catalog import SOURCE_FED, TABLES, Table
from include.errors import SettingError
from include.manifest import Manifest, Mode
from include.object_store import ObjectStore
from include.planning import Request, decide
from include.processed.write import write
from include.raw.land import land
from include.source import postgres, snapshot
from include.summary import fields, log_summary
from include.warehouse import ledger, migrate
from include.warehouse.connection import Connection, transaction
from include.warehouse.load import load as load_table

log = logging.getLogger(__name__)

Record = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """What a run will do with one table, and why."""

    table: str
    has_changes: bool
    mode: Mode
    reason: str
    watermark: int | None


def plan(
    source: snapshot.Connection, warehouse: Connection, request: Request, carried: Mapping[str, int | None]
) -> list[TablePlan]:
    """Decide for each requested table whether anything is to be read, with one query to the source.

    ``carried`` are the watermarks that the previous loads' XComs carry; where the ledger differs,
    the ledger wins and the log says so. A table without changes is noted as fresh.
    """
    tables = [_source_fed(name) for name in request.tables]
    with transaction(warehouse):
        migrate.check(warehouse)
        stands = ledger.watermarks(warehouse)
    _compare_with_ledger(carried, stands)
    with snapshot.snapshot(source) as position:
        decisions = {table: decide(request, stands.get(table.name), position) for table in tables}
        changed = postgres.changed_tables(
            source, position, {table: decision.selection for table, decision in decisions.items()}
        )
    unchanged = [
        table.name
        for table, decision in decisions.items()
        if table.name not in changed and decision.mode == "incremental"
    ]
    with transaction(warehouse):
        ledger.confirm_fresh(warehouse, unchanged, position.at)
    plans = [
        TablePlan(
            table=table.name,
            # A table that was never read is read even if empty, so that it has a watermark.
            has_changes=table.name in changed or decision.mode == "full",
            mode=decision.mode,
            reason=decision.reason,
            watermark=stands[table.name].watermark if table.name in stands else None,
        )
        for table, decision in decisions.items()
    ]
    _log_plan(plans)
    return plans


def extract(
    table_name: str,
    request: Request,
    *,
    source: snapshot.Connection,
    warehouse: Connection,
    raw: ObjectStore,
) -> Record:
    """Land what changed in a table's source tables since the ledger's watermark; returns the manifest's key.

    The ledger is asked here and not taken from the plan, so that a task cleared later reads from
    where the table stands then.
    """
    started = time.monotonic()
    table = _source_fed(table_name)
    with transaction(warehouse):
        stands = ledger.watermarks(warehouse).get(table_name)
    with snapshot.snapshot(source) as position:
        decision = decide(request, stands, position)
        log.info("%s: reading %s", table_name, decision.reason)
        key, manifest = land(source, position, raw, table, decision.mode, decision.selection)
    return _landed("extract", started, key, manifest, rows_read=manifest.rows(table.source_tables[0].name))


def transform(table_name: str, raw_manifest: str, *, raw: ObjectStore, processed: ObjectStore) -> Record:
    """Turn a raw load into Parquet; returns the processed manifest's key."""
    started = time.monotonic()
    key, manifest = write(_source_fed(table_name), raw_manifest, raw=raw, processed=processed)
    return _landed("transform", started, key, manifest, rows_read=manifest.rows(table_name))


def load(
    table_name: str, processed_manifest: str, *, processed: ObjectStore, warehouse: Connection, run_id: str
) -> Record:
    """Load a processed load into the warehouse, once; returns what it did and where the table now stands."""
    started = time.monotonic()
    loaded = load_table(warehouse, _source_fed(table_name), processed_manifest, processed=processed, run_id=run_id)
    log_summary(
        "load",
        table=table_name,
        rows_read=loaded.rows_read,
        rows_new=loaded.rows_new,
        rows_revised=loaded.rows_revised,
        size=loaded.bytes_read,
        seconds=time.monotonic() - started,
        watermark=loaded.watermark,
    )
    return asdict(loaded)


def report(plans: Sequence[Mapping[str, Any]], loads: Sequence[Record], failed: Sequence[str]) -> Record:
    """Sum up a run: rows and lag of what was loaded, what had no changes, what failed."""
    done = {record["table"] for record in loads}
    summary = {
        "tables_loaded": sorted(done),
        "tables_unchanged": sorted(item["table"] for item in plans if not item["has_changes"]),
        "tasks_failed": sorted(failed),
        "rows_new": sum(record["rows_new"] for record in loads),
        "rows_revised": sum(record["rows_revised"] for record in loads),
        "lag_s": round(max((record["lag_s"] for record in loads), default=0.0), 3),
    }
    log.info("step=report %s", fields(summary))
    return summary


def _source_fed(name: str) -> Table:
    table = TABLES.get(name)
    if table is None or table.driving is None:
        raise SettingError(
            "parameter tables",
            found=repr(name),
            expected=f"some of {', '.join(table.name for table in SOURCE_FED)}",
            remedy="choose tables that the catalogue declares",
        )
    return table


def _compare_with_ledger(carried: Mapping[str, int | None], stands: Mapping[str, ledger.Watermark]) -> None:
    for name, watermark in carried.items():
        held = stands[name].watermark if name in stands else None
        if watermark != held:
            log.warning("%s: watermark %s by XCom, %s by the ledger; the ledger wins", name, watermark, held)


def _log_plan(plans: Sequence[TablePlan]) -> None:
    for item in plans:
        if item.has_changes:
            log.info("%s: to be read: %s", item.table, item.reason)
    read = [item.table for item in plans if item.has_changes]
    log.info("step=plan tables_read=%d tables_unchanged=%d", len(read), len(plans) - len(read))


def _landed(step: str, started: float, key: str, manifest: Manifest, rows_read: int) -> Record:
    """The record of a step that wrote a manifest, logged as its summary line."""
    origin = manifest.origin
    log_summary(
        step,
        table=origin.table,
        rows_read=rows_read,
        size=manifest.size,
        seconds=time.monotonic() - started,
        watermark=origin.watermark,
    )
    return {
        "table": origin.table,
        "load_id": origin.load_id,
        "mode": origin.mode,
        "manifest": key,
        "rows_read": rows_read,
        "bytes": manifest.size,
        "watermark": origin.watermark,
    }
