"""Read what was landed: a raw part's rows in batches, every column as the text that the source wrote."""

import contextlib
import csv
import io
from collections.abc import Iterator
from typing import IO

import pyarrow as pa
import pyarrow.csv
import zstandard

from include.catalog.model import SourceTable
from include.errors import SchemaDriftError
from include.manifest import Manifest, StoredFile
from include.object_store import ObjectStore

_BLOCK = 512 * 1024  # of CSV text at a time
_LONGEST_ROW = 64 * 1024 * 1024


@contextlib.contextmanager
def rows(raw: ObjectStore, file: StoredFile, expected: tuple[str, ...]) -> Iterator[Iterator[pa.RecordBatch]]:
    """A part's rows, verified against its manifest first.

    Raises ``SchemaDriftError`` when an expected column is not there; more columns are no matter.
    """
    with raw.open(file) as body:
        names = _header(body)
        missing = [name for name in expected if name not in names]
        if missing:
            raise SchemaDriftError(
                raw.uri(file.key),
                found=f"no column {', '.join(missing)}",
                expected=", ".join(expected),
                remedy="correct the declaration in include/catalog or the source",
            )
        yield _batches(body, names)


def whole(raw: ObjectStore, landed: Manifest, source_table: SourceTable) -> pa.Table:
    """All declared columns and rows of one source table in a load."""
    schema = pa.schema([(name, pa.string()) for name in source_table.columns])
    batches: list[pa.RecordBatch] = []
    for file in landed.files:
        if file.table == source_table.name:
            with rows(raw, file, tuple(source_table.columns)) as read:
                batches += [batch.select(schema.names) for batch in read]
    return pa.Table.from_batches(batches, schema)


def _batches(body: IO[bytes], names: list[str]) -> Iterator[pa.RecordBatch]:
    """The rows in small blocks; from a row on that is longer than one, in blocks that hold the longest."""
    seen = 0
    with _decompressed(body) as text:
        try:
            for batch in _csv(text, names, _BLOCK):
                yield batch
                seen += batch.num_rows
        except pa.ArrowInvalid as error:
            if "straddling" not in str(error):
                raise
        else:
            return
    with _decompressed(body) as text:
        for batch in _csv(text, names, _LONGEST_ROW):
            if batch.num_rows > seen:
                yield batch.slice(seen)
            seen = max(0, seen - batch.num_rows)


def _decompressed(body: IO[bytes]) -> zstandard.ZstdDecompressionReader:
    body.seek(0)
    return zstandard.ZstdDecompressor().stream_reader(body, closefd=False)


def _header(body: IO[bytes]) -> list[str]:
    with _decompressed(body) as text:
        return next(csv.reader(io.TextIOWrapper(text, "utf-8", newline="")))


def _csv(text: IO[bytes], names: list[str], block: int) -> pa.csv.CSVStreamingReader:
    return pa.csv.open_csv(
        text,
        read_options=pa.csv.ReadOptions(block_size=block, use_threads=False),
        parse_options=pa.csv.ParseOptions(newlines_in_values=True),
        convert_options=pa.csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.string()),
            # COPY writes NULL as nothing and an empty text as two quotes.
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
