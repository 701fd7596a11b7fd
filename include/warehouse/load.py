"""The one transaction that loads a table: rows, deletions, quarantine, ledger and watermark together or not at all."""

import time

from include.catalog.model import Table
from include.manifest import Manifest
from include.object_store import ObjectStore
from include.warehouse import deletions, first, ledger, quarantine, references
from include.warehouse.connection import Connection, transaction
from include.warehouse.ledger import Counts, Loaded
from include.warehouse.merge import merge
from include.warehouse.staging import stage, stage_keys
from include.warehouse.vanished import refuse_lost_history


def load(connection: Connection, table: Table, manifest_key: str, *, processed: ObjectStore, run_id: str) -> Loaded:
    """Load what a processed manifest names, once: a repeated call finds the ledger row and changes nothing.

    Raises ``SupersededError`` when a later read is already loaded, ``GapError`` when an earlier one is
    missing, ``DamagedObjectError`` when a file is not what the manifest says, ``WarehouseUnavailable``
    when the database breaks off.
    """
    manifest = processed.manifest(manifest_key)
    with transaction(connection):
        one_load_at_a_time(connection, table)
        if not ledger.is_loaded(connection, manifest.origin.load_id):
            ledger.refuse_older(connection, manifest.origin)
            ledger.refuse_gap(connection, manifest.origin)
            load_rows(connection, table, manifest, manifest_key, processed=processed, run_id=run_id)
        return ledger.outcome(connection, manifest.origin.load_id)


def load_rows(
    connection: Connection,
    table: Table,
    manifest: Manifest,
    manifest_key: str,
    *,
    processed: ObjectStore,
    run_id: str,
) -> None:
    """Bring a manifest's rows in, within the caller's transaction."""
    started = time.monotonic()
    origin = manifest.origin
    is_first = first.is_first(connection, table)
    referred = references.of_files(table, manifest, processed) if is_first else None
    if referred is not None:
        counts = first.load_rows(connection, table, manifest, referred, processed)
    else:
        counts = _merge_rows(connection, table, manifest, processed)
    ledger.advance(connection, origin, keys_compared=is_first or bool(manifest.key_files))
    seconds = round(time.monotonic() - started, 3)
    ledger.record(connection, manifest, manifest_key=manifest_key, run_id=run_id, counts=counts, seconds=seconds)


def _merge_rows(connection: Connection, table: Table, manifest: Manifest, processed: ObjectStore) -> Counts:
    """Compare a manifest's rows with those that the table holds, and write what differs."""
    origin = manifest.origin
    stage(connection, table, manifest, processed)
    if table.files and not origin.allow_mass_delete:
        refuse_lost_history(connection, table)
    merged = merge(connection, table, origin.load_id, origin.seen_until[1])
    gone, withheld = _delete(connection, table, manifest, processed)
    # Where so many rows seem gone that none is believed to be, the quarantined ones are not believed to be either.
    quarantine.resolve(connection, table, manifest, keys_staged=bool(manifest.key_files) and not withheld)
    return Counts(
        rows_new=merged.rows_new,
        rows_revised=merged.rows_revised,
        rows_deleted=gone,
        rows_withheld=withheld,
        rows_quarantined=quarantine.record(connection, table, manifest, processed),
    )


def one_load_at_a_time(connection: Connection, table: Table) -> None:
    """Wait until no other transaction loads the table, the one of this connection's schema."""
    connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(concat_ws('.', 'totes_etl', current_schema(), %s::text), 0))",
        [table.name],
    )


def _delete(connection: Connection, table: Table, manifest: Manifest, processed: ObjectStore) -> tuple[int, int]:
    """Mark what the source no longer has; returns how many rows were, and how many were withheld."""
    if not manifest.key_files:
        return 0, 0
    stage_keys(connection, table, manifest.key_files, processed)
    gone = deletions.find_gone(connection, table)
    if not gone:
        return 0, 0
    if not (manifest.origin.allow_mass_delete or deletions.is_believable(connection, table, gone)):
        return 0, gone
    deletions.mark_deleted(connection, table, manifest.origin.load_id, manifest.origin.seen_until[1])
    return gone, 0
