"""Copy a load's Parquet into the per-load temporary table `staging`."""

import logging
import time

import pgpq
import pyarrow.parquet as pq
from psycopg import sql

from include.catalog.model import Table
from include.errors import DamagedObjectError
from include.manifest import Manifest
from include.object_store import ObjectStore
from include.warehouse.connection import Connection

log = logging.getLogger(__name__)

_BATCH_ROWS = 65_536
_PROGRESS_EVERY_S = 10


def stage(connection: Connection, table: Table, manifest: Manifest, processed: ObjectStore) -> int:
    """Fill `staging` with the manifest's rows, keyed by the natural key; returns their number.

    It has the published columns with the warehouse's types and goes with the transaction. Raises
    ``DamagedObjectError`` when the rows are not as many as the manifest says.
    """
    columns = sql.SQL(", ").join(map(sql.Identifier, table.column_names))
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE staging ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA").format(
            columns=columns, table=sql.Identifier(table.name)
        )
    )
    rows = _copy(connection, table, manifest, processed, columns)
    expected = manifest.rows(table.name)
    if rows != expected:
        raise DamagedObjectError(
            f"{table.name}, load {manifest.origin.load_id}",
            found=f"{rows} rows in the Parquet files",
            expected=f"{expected} rows, as the manifest says",
            remedy="nothing of it was loaded; clear the table's whole task group to land it again",
        )
    keys = sql.SQL(", ").join(map(sql.Identifier, table.natural_key))
    connection.execute(sql.SQL("ALTER TABLE staging ADD PRIMARY KEY ({keys})").format(keys=keys))
    connection.execute("ANALYZE staging")
    return rows


def _copy(
    connection: Connection, table: Table, manifest: Manifest, processed: ObjectStore, columns: sql.Composable
) -> int:
    rows = 0
    said_at = time.monotonic()
    with connection.cursor() as cursor:
        for file in manifest.files:
            with (
                processed.open(file) as body,
                cursor.copy(
                    sql.SQL("COPY staging ({columns}) FROM STDIN (FORMAT binary)").format(columns=columns)
                ) as copy,
            ):
                parquet = pq.ParquetFile(body)
                encoder = pgpq.ArrowToPostgresBinaryEncoder(parquet.schema_arrow)
                copy.write(encoder.write_header())
                for batch in parquet.iter_batches(_BATCH_ROWS):
                    copy.write(encoder.write_batch(batch))
                    if time.monotonic() - said_at > _PROGRESS_EVERY_S:
                        said_at = time.monotonic()
                        log.info("loading %s: %d rows staged so far", table.name, rows + batch.num_rows)
                copy.write(encoder.finish())
            rows += cursor.rowcount
    return rows
