"""The first load of a table that keeps versions: nothing is there to compare with, so rows are copied straight in."""

from datetime import UTC, datetime

import pyarrow as pa
from psycopg import sql

from include.catalog.model import Table
from include.manifest import Manifest
from include.object_store import ObjectStore
from include.processed.schema import arrow_schema
from include.warehouse import quarantine
from include.warehouse.connection import Connection
from include.warehouse.copy_in import copy_files
from include.warehouse.ledger import Counts
from include.warehouse.merge import infer_members
from include.warehouse.references import References, checked

_INSTANT = pa.timestamp("us", tz="UTC")


def is_first(connection: Connection, table: Table) -> bool:
    """Whether a table that keeps versions holds none, and no quarantined row of it waits for its correction."""
    if table.history != "versions" or table.files:
        return False
    row = connection.execute(
        sql.SQL("""
            SELECT NOT EXISTS (SELECT FROM {table})
               AND NOT EXISTS (SELECT FROM etl_quarantine WHERE table_name = %s AND resolved_at IS NULL)
        """).format(table=sql.Identifier(table.name)),
        [table.name],
    ).fetchone()
    return bool(row and row[0])


def load_rows(
    connection: Connection, table: Table, manifest: Manifest, references: References, processed: ObjectStore
) -> Counts:
    """Copy a manifest's rows in, all as the current versions of new keys; nothing can be gone.

    A key that is there twice breaks the unique index on current versions, and with it the load.
    """
    origin = manifest.origin
    infer_members(connection, references, origin.load_id, origin.seen_until[1])
    (at,) = connection.execute("SELECT statement_timestamp()").fetchone() or (None,)
    constants = {
        "is_current": pa.scalar(True),
        "is_deleted": pa.scalar(False),
        "_load_id": pa.scalar(origin.load_id),
        "_loaded_at": pa.scalar(at, _INSTANT),
        "_seen_at": pa.scalar(datetime.fromisoformat(origin.seen_until[1]).astimezone(UTC), _INSTANT),
    }
    with checked(connection, references):
        rows = copy_files(connection, table.name, arrow_schema(table), manifest.files, processed, constants)
    return Counts(
        rows_new=rows,
        rows_revised=0,
        rows_deleted=0,
        rows_withheld=0,
        rows_quarantined=quarantine.record(connection, table, manifest, processed),
    )
