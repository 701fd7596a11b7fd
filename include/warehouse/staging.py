"""Copy a load's Parquet into per-load temporary tables: `staging` for its rows, `present` for the source's keys."""

import logging
import time

import pgpq
import pyarrow.parquet as pq
from psycopg import sql

from include.catalog.model import Table
from include.errors import DamagedObjectError
from include.manifest import Manifest, StoredFile
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
    return _fill(connection, "staging", table, table.column_names, manifest.files, processed)


def stage_keys(connection: Connection, table: Table, keys: tuple[StoredFile, ...], processed: ObjectStore) -> int:
    """Fill `present` with the natural keys of all rows that the source had; returns their number."""
    return _fill(connection, "present", table, table.natural_key, keys, processed)


def _fill(
    connection: Connection,
    name: str,
    table: Table,
    columns: tuple[str, ...],
    files: tuple[StoredFile, ...],
    processed: ObjectStore,
) -> int:
    _create(connection, name, table, columns)
    rows = sum(_copy(connection, name, columns, file, processed) for file in files)
    expected = sum(file.rows for file in files)
    if rows != expected:
        raise DamagedObjectError(
            f"{table.name}, {name} of {files[0].key}",
            found=f"{rows} rows in the Parquet files",
            expected=f"{expected} rows, as the manifest says",
            remedy="nothing of it was loaded; clear the table's whole task group to land it again",
        )
    connection.execute(
        sql.SQL("ALTER TABLE {name} ADD PRIMARY KEY ({keys})").format(
            name=sql.Identifier(name), keys=_joined(table.natural_key)
        )
    )
    connection.execute(sql.SQL("ANALYZE {name}").format(name=sql.Identifier(name)))
    return rows


def _create(connection: Connection, name: str, table: Table, columns: tuple[str, ...]) -> None:
    # A replay loads many times within one transaction: an earlier one may still be there.
    connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{name}").format(name=sql.Identifier(name)))
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA").format(
            name=sql.Identifier(name), columns=_joined(columns), table=sql.Identifier(table.name)
        )
    )


def _copy(connection: Connection, name: str, columns: tuple[str, ...], file: StoredFile, processed: ObjectStore) -> int:
    statement = sql.SQL("COPY {name} ({columns}) FROM STDIN (FORMAT binary)").format(
        name=sql.Identifier(name), columns=_joined(columns)
    )
    said_at = time.monotonic()
    rows = 0
    with connection.cursor() as cursor:
        with processed.open(file) as body, cursor.copy(statement) as copy:
            parquet = pq.ParquetFile(body)
            encoder = pgpq.ArrowToPostgresBinaryEncoder(parquet.schema_arrow)
            copy.write(encoder.write_header())
            for batch in parquet.iter_batches(_BATCH_ROWS):
                copy.write(encoder.write_batch(batch))
                rows += batch.num_rows
                if time.monotonic() - said_at > _PROGRESS_EVERY_S:
                    said_at = time.monotonic()
                    log.info("loading %s: %d rows staged so far", file.table, rows)
            copy.write(encoder.finish())
        return cursor.rowcount


def _joined(names: tuple[str, ...]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))
