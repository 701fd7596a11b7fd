"""Turn one raw load into Parquet in the processed bucket, part by part, then its manifest."""

import contextlib
import csv
import io
import tempfile
from collections.abc import Iterator
from typing import IO

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import zstandard

from include import object_keys
from include.catalog.model import SourceTable, Table
from include.errors import DamagedObjectError, SchemaDriftError
from include.manifest import Manifest, StoredFile
from include.object_store import ObjectStore
from include.processed.conform import conform
from include.processed.schema import arrow_schema

_IN_MEMORY = 32 * 1024 * 1024
_BLOCK = 16 * 1024 * 1024  # of CSV text at a time; no row may be longer


def write(table: Table, raw_manifest_key: str, *, raw: ObjectStore, processed: ObjectStore) -> tuple[str, Manifest]:
    """Conform the load with this raw manifest; returns the processed manifest and its key.

    Memory is bounded by the block size and by the lookup tables. Raises ``ContractError`` for a row
    that breaks the declaration, ``DamagedObjectError`` for a raw file that is not what was landed.
    """
    landed = raw.manifest(raw_manifest_key)
    lookups = {lookup.table.name: _whole(raw, landed, lookup.table) for lookup in table.lookups}
    folder = object_keys.processed_folder(table.name, landed.origin.landed_on, landed.origin.load_id)
    driving = table.source_tables[0]
    files = tuple(
        _write_part(table, processed, object_keys.part(folder, number, "parquet"), batches)
        for number, batches in enumerate(_parts(raw, landed, driving, lookups, table))
    )
    _check_count(table, landed, files)
    manifest = Manifest(origin=landed.origin, files=files)
    return processed.put_manifest(folder, manifest), manifest


def _parts(
    raw: ObjectStore, landed: Manifest, driving: SourceTable, lookups: dict[str, pa.Table], table: Table
) -> Iterator[Iterator[pa.RecordBatch]]:
    """The conformed batches of each raw part of the driving table."""
    for file in landed.files:
        if file.table == driving.name:
            with _rows(raw, file, driving) as batches:
                yield (conform(table, batch, lookups) for batch in batches)


def _write_part(table: Table, processed: ObjectStore, key: str, batches: Iterator[pa.RecordBatch]) -> StoredFile:
    rows = 0
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
        with pa.parquet.ParquetWriter(body, arrow_schema(table), compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                rows += batch.num_rows
        return processed.put(key, body, table=table.name, rows=rows)


def _whole(raw: ObjectStore, landed: Manifest, source_table: SourceTable) -> pa.Table:
    """All rows of a lookup table in this load, as text."""
    schema = pa.schema([(name, pa.string()) for name in source_table.columns])
    batches: list[pa.RecordBatch] = []
    for file in landed.files:
        if file.table == source_table.name:
            with _rows(raw, file, source_table) as rows:
                batches += [batch.select(schema.names) for batch in rows]
    return pa.Table.from_batches(batches, schema)


@contextlib.contextmanager
def _rows(raw: ObjectStore, file: StoredFile, source_table: SourceTable) -> Iterator[Iterator[pa.RecordBatch]]:
    """A raw part's rows in batches, every column as the text that the source wrote."""
    with raw.open(file) as body:
        names = _header(body)
        missing = [name for name in source_table.columns if name not in names]
        if missing:
            raise SchemaDriftError(
                f"s3://{raw.bucket}/{file.key}",
                found=f"no column {', '.join(missing)}",
                expected=", ".join(source_table.columns),
                remedy="correct the declaration in include/catalog or the source",
            )
        with _decompressed(body) as text:
            yield iter(_csv(text, names))


def _decompressed(body: IO[bytes]) -> zstandard.ZstdDecompressionReader:
    body.seek(0)
    return zstandard.ZstdDecompressor().stream_reader(body, closefd=False)


def _header(body: IO[bytes]) -> list[str]:
    with _decompressed(body) as text:
        return next(csv.reader(io.TextIOWrapper(text, "utf-8", newline="")))


def _csv(text: IO[bytes], names: list[str]) -> pa.csv.CSVStreamingReader:
    return pa.csv.open_csv(
        text,
        read_options=pa.csv.ReadOptions(block_size=_BLOCK, use_threads=False),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            # COPY writes NULL as nothing and an empty text as two quotes.
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _check_count(table: Table, landed: Manifest, files: tuple[StoredFile, ...]) -> None:
    """No row is lost between raw and processed without anybody's word."""
    written = sum(file.rows for file in files)
    expected = landed.rows(table.source_tables[0].name)
    if written != expected:
        raise DamagedObjectError(
            f"{table.name}, load {landed.origin.load_id}",
            found=f"{written} rows in the raw files",
            expected=f"{expected} rows, as the manifest says",
            remedy="nothing of it was loaded; clear the table's whole task group to land it again",
        )
