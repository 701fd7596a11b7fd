"""Copy Parquet into a table: binary `COPY`, encoded in a thread while the server takes what came before."""

import logging
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import pgpq
import pyarrow as pa
import pyarrow.parquet as pq
from psycopg import generators, sql
from psycopg.abc import Buffer
from psycopg.copy import LibpqWriter

from include.errors import DamagedObjectError
from include.manifest import StoredFile
from include.object_store import ObjectStore
from include.processed.read import batches
from include.warehouse.connection import Connection

log = logging.getLogger(__name__)

_PIECE = 64 * 1024
_PROGRESS_EVERY_S = 10


def copy_files(
    connection: Connection,
    into: str,
    schema: pa.Schema,
    files: tuple[StoredFile, ...],
    processed: ObjectStore,
    constants: Mapping[str, pa.Scalar] | None = None,
) -> int:
    """Copy Parquet files of a schema into a table, each row with these constants after it; returns their number.

    Raises ``DamagedObjectError`` when the rows are not as many as the manifest says.
    """
    for name, value in (constants or {}).items():
        schema = schema.append(pa.field(name, value.type))
    rows = _copy(connection, into, schema, _encoded(schema, files, processed, tuple((constants or {}).values())))
    expected = sum(file.rows for file in files)
    if rows != expected:
        raise DamagedObjectError(
            f"{into} from {files[0].key}",
            found=f"{rows} rows in the Parquet files",
            expected=f"{expected} rows, as the manifest says",
            remedy="nothing of it was loaded; clear the table's whole task group to land it again",
        )
    return rows


def _copy(connection: Connection, into: str, schema: pa.Schema, encoded: Iterator[bytes]) -> int:
    statement = sql.SQL("COPY {into} ({columns}) FROM STDIN (FORMAT binary)").format(
        into=sql.Identifier(into), columns=sql.SQL(", ").join(map(sql.Identifier, schema.names))
    )
    said_at, sent = time.monotonic(), 0
    with connection.cursor() as cursor:
        with cursor.copy(statement, writer=Flushing(cursor)) as copy:
            for block in _ahead(encoded):
                copy.write(block)
                sent += len(block)
                if time.monotonic() - said_at > _PROGRESS_EVERY_S:
                    said_at = time.monotonic()
                    log.info("copying into %s: %.0f MB so far", into, sent / 1e6)
        return cursor.rowcount


class Flushing(LibpqWriter):
    """Waits until the server has taken each piece: libpq's own buffer grows with the table, and slows down with it."""

    def write(self, data: Buffer) -> None:
        """Send it in pieces that libpq does not keep."""
        view = memoryview(data)
        for start in range(0, len(view), _PIECE):
            piece = bytes(view[start : start + _PIECE])
            self.connection.wait(generators.copy_to(self._pgconn, piece, flush=True))


def _encoded(
    schema: pa.Schema, files: tuple[StoredFile, ...], processed: ObjectStore, constants: tuple[pa.Scalar, ...]
) -> Iterator[bytes]:
    """The files' rows in PostgreSQL's binary format, block by block."""
    encoder = pgpq.ArrowToPostgresBinaryEncoder(schema)
    yield encoder.write_header()
    for file in files:
        with processed.open(file) as body:
            for batch in batches(pq.ParquetFile(body)):
                repeated = [pa.repeat(value, batch.num_rows) for value in constants]
                yield encoder.write_batch(pa.RecordBatch.from_arrays([*batch.columns, *repeated], schema=schema))
    yield encoder.finish()


def _ahead(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """The blocks, each made in a thread while the one before it is used."""
    with ThreadPoolExecutor(1, "encode") as thread:
        upcoming = thread.submit(next, blocks, None)
        while (block := upcoming.result()) is not None:
            upcoming = thread.submit(next, blocks, None)
            yield block
