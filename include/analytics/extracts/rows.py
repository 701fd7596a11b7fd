"""Rows of the warehouse as a Parquet file: copied out as text, parsed into the declared types, never all in memory."""

import io
from collections.abc import Iterator, Mapping
from typing import IO, Any

import psycopg
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
from psycopg import sql

from include.analytics.extracts.tables import Extract, is_document
from include.warehouse.connection import Connection

_BLOCK = 4 * 1024 * 1024  # of text that is parsed at once; it becomes a row group


def write(connection: Connection, extract: Extract, condition: sql.Composable, body: IO[bytes]) -> int:
    """Write the rows for which a condition holds, in the order of their key; returns how many there are.

    The same rows make the same bytes.
    """
    count = 0
    with connection.cursor() as cursor, cursor.copy(_statement(extract, condition)) as copy:
        batches = pa.csv.open_csv(
            pa.PythonFile(_Copied(copy), "r"),
            read_options=pa.csv.ReadOptions(use_threads=False, block_size=_BLOCK),
            parse_options=pa.csv.ParseOptions(newlines_in_values=True),
            convert_options=_convert_options(extract),
        )
        with pa.parquet.ParquetWriter(body, extract.schema, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(batch)
                count += batch.num_rows
    return count


def _statement(extract: Extract, condition: sql.Composable) -> sql.Composed:
    columns = [
        sql.SQL("to_json({name})::text AS {name}" if is_document(column) else "{name}").format(
            name=sql.Identifier(column.name)
        )
        for column in extract.columns
    ]
    return sql.SQL(
        "COPY (SELECT {columns} FROM {table} WHERE {condition} ORDER BY {key}) TO STDOUT (FORMAT csv, HEADER)"
    ).format(
        columns=sql.SQL(", ").join(columns),
        table=sql.Identifier(extract.name),
        condition=condition,
        key=sql.SQL(", ").join(map(sql.Identifier, extract.key)),
    )


def _convert_options(extract: Extract) -> pa.csv.ConvertOptions:
    types: Mapping[str, pa.DataType] = {field.name: field.type for field in extract.schema}
    return pa.csv.ConvertOptions(
        column_types=types,
        null_values=[""],  # PostgreSQL quotes an empty text, and leaves NULL unquoted
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        true_values=["t"],
        false_values=["f"],
    )


class _Copied(io.RawIOBase):
    """What a COPY sends, as a file to be read once."""

    def __init__(self, copy: psycopg.Copy) -> None:
        super().__init__()
        self._blocks: Iterator[Any] = iter(copy)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """It is."""
        return True

    def read(self, size: int = -1) -> bytes:
        """The next bytes, ``size`` of them unless it ends before."""
        parts, missing = [], size
        while missing > 0 and (self._rest or self._more()):
            parts.append(self._rest[:missing])
            self._rest = self._rest[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def _more(self) -> bool:
        self._rest = memoryview(next(self._blocks, b""))
        return bool(self._rest)
