"""The one transaction that loads a table: rows, ledger and watermark together or not at all."""

import time

from include.catalog.model import Table
from include.manifest import Manifest
from include.object_store import ObjectStore
from include.warehouse import ledger
from include.warehouse.calendar import extend_calendar
from include.warehouse.connection import Connection, transaction
from include.warehouse.ledger import Loaded
from include.warehouse.merge import merge
from include.warehouse.staging import stage


def load(connection: Connection, table: Table, manifest_key: str, *, processed: ObjectStore, run_id: str) -> Loaded:
    """Load what a processed manifest names, once: a repeated call finds the ledger row and changes nothing.

    Raises ``SupersededError`` when a later read is already loaded, ``DamagedObjectError`` when a file
    is not what the manifest says, ``WarehouseUnavailable`` when the database breaks off.
    """
    manifest = processed.manifest(manifest_key)
    with transaction(connection):
        _one_load_at_a_time(connection, table)
        done = ledger.loaded(connection, manifest.origin.load_id)
        if done is not None:
            return done
        ledger.refuse_older(connection, manifest.origin)
        return _load(connection, table, manifest, manifest_key, processed, run_id)


def _load(
    connection: Connection, table: Table, manifest: Manifest, manifest_key: str, processed: ObjectStore, run_id: str
) -> Loaded:
    started = time.monotonic()
    origin = manifest.origin
    rows = stage(connection, table, manifest, processed)
    extend_calendar(connection, table)
    merged = merge(connection, table, origin.load_id)
    ledger.advance(connection, origin)
    outcome = Loaded(
        load_id=origin.load_id,
        table=table.name,
        mode=origin.mode,
        rows_read=rows,
        rows_new=merged.rows_new,
        rows_revised=merged.rows_revised,
        bytes_read=manifest.size,
        seconds=round(time.monotonic() - started, 3),
        watermark=origin.watermark,
        lag_s=0.0,
    )
    ledger.record(connection, origin, outcome, run_id=run_id, manifest=manifest_key)
    return ledger.loaded(connection, origin.load_id) or outcome


def _one_load_at_a_time(connection: Connection, table: Table) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"totes_etl.{table.name}"])
