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

    Raises ``SupersededError`` when a later read is already loaded, ``GapError`` when an earlier one is
    missing, ``DamagedObjectError`` when a file is not what the manifest says, ``WarehouseUnavailable``
    when the database breaks off.
    """
    manifest = processed.manifest(manifest_key)
    with transaction(connection):
        _one_load_at_a_time(connection, table)
        if not ledger.is_loaded(connection, manifest.origin.load_id):
            ledger.refuse_older(connection, manifest.origin)
            ledger.refuse_gap(connection, manifest.origin)
            _load(connection, table, manifest, manifest_key, processed, run_id)
        return ledger.outcome(connection, manifest.origin.load_id)


def _load(
    connection: Connection, table: Table, manifest: Manifest, manifest_key: str, processed: ObjectStore, run_id: str
) -> None:
    started = time.monotonic()
    stage(connection, table, manifest, processed)
    extend_calendar(connection, table)
    merged = merge(connection, table, manifest.origin.load_id)
    ledger.advance(connection, manifest.origin)
    ledger.record(
        connection,
        manifest,
        manifest_key=manifest_key,
        run_id=run_id,
        rows_new=merged.rows_new,
        rows_revised=merged.rows_revised,
        seconds=round(time.monotonic() - started, 3),
    )


def _one_load_at_a_time(connection: Connection, table: Table) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"totes_etl.{table.name}"])
