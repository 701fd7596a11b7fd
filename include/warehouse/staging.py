"""Copy a load's Parquet into per-load temporary tables: `staging` for its rows, `present` for the source's keys."""

import logging
import time
from collections.abc import Iterator, Mapping

import pgpq
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import generators, sql
from psycopg.abc import Buffer
from psycopg.copy import LibpqWriter

from include.catalog.model import Table
from include.errors import DamagedObjectError
from include.manifest import Manifest, StoredFile
from include.object_store import ObjectStore
from include.processed.read import batches
from include.warehouse.connection import Connection

log = logging.getLogger(__name__)

_PIECE = 64 * 1024
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
    rows = copy_files(connection, name, files, processed)
    connection.execute(
        sql.SQL("ALTER TABLE {name} ADD PRIMARY KEY ({keys})").format(
            name=sql.Identifier(name), keys=_joined(table.natural_key)
        )
    )
    connection.execute(sql.SQL("ANALYZE {name}").format(name=sql.Identifier(name)))
    return rows


def copy_files(
    connection: Connection,
    into: str,
    files: tuple[StoredFile, ...],
    processed: ObjectStore,
    constants: Mapping[str, pa.Scalar] | None = None,
) -> int:
    """Copy Parquet files into a table, each row with these constants after its own columns; returns their number.

    Raises ``DamagedObjectError`` when the rows are not as many as the manifest says.
    """
    rows = sum(_copy(connection, into, file, processed, constants or {}) for file in files)
    expected = sum(file.rows for file in files)
    if rows != expected:
        raise DamagedObjectError(
            f"{into} from {files[0].key}",
            found=f"{rows} rows in the Parquet files",
            expected=f"{expected} rows, as the manifest says",
            remedy="nothing of it was loaded; clear the table's whole task group to land it again",
        )
    return rows


def _create(connection: Connection, name: str, table: Table, columns: tuple[str, ...]) -> None:
    # A replay loads many times within one transaction: an earlier one may still be there.
    connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{name}").format(name=sql.Identifier(name)))
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA").format(
            name=sql.Identifier(name), columns=_joined(columns), table=sql.Identifier(table.name)
        )
    )


def _copy(
    connection: Connection, into: str, file: StoredFile, processed: ObjectStore, constants: Mapping[str, pa.Scalar]
) -> int:
    said_at = time.monotonic()
    rows = 0
    with connection.cursor() as cursor:
        with processed.open(file) as body:
            parquet = pq.ParquetFile(body)
            schema = _extended(parquet.schema_arrow, constants)
            encoder = pgpq.ArrowToPostgresBinaryEncoder(schema)
            with cursor.copy(_statement(into, schema), writer=Flushing(cursor)) as copy:
                copy.write(encoder.write_header())
                for batch in _batches(parquet, schema, constants):
                    copy.write(encoder.write_batch(batch))
                    rows += batch.num_rows
                    if time.monotonic() - said_at > _PROGRESS_EVERY_S:
                        said_at = time.monotonic()
                        log.info("loading %s: %d rows staged so far", file.table, rows)
                copy.write(encoder.finish())
        return cursor.rowcount


class Flushing(LibpqWriter):
    """Waits until the server has taken each piece: libpq's own buffer grows with the table, and slows down with it."""

    def write(self, data: Buffer) -> None:
        """Send it in pieces that libpq does not keep."""
        view = memoryview(data)
        for start in range(0, len(view), _PIECE):
            piece = bytes(view[start : start + _PIECE])
            self.connection.wait(generators.copy_to(self._pgconn, piece, flush=True))


def _statement(into: str, schema: pa.Schema) -> sql.Composed:
    return sql.SQL("COPY {into} ({columns}) FROM STDIN (FORMAT binary)").format(
        into=sql.Identifier(into), columns=_joined(tuple(schema.names))
    )


def _extended(schema: pa.Schema, constants: Mapping[str, pa.Scalar]) -> pa.Schema:
    for name, value in constants.items():
        schema = schema.append(pa.field(name, value.type))
    return schema


def _batches(
    parquet: pq.ParquetFile, schema: pa.Schema, constants: Mapping[str, pa.Scalar]
) -> Iterator[pa.RecordBatch]:
    for batch in batches(parquet):
        repeated = [pa.repeat(value, batch.num_rows) for value in constants.values()]
        yield pa.RecordBatch.from_arrays([*batch.columns, *repeated], schema=schema)


def _joined(names: tuple[str, ...]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))
