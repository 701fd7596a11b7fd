"""A real snapshot instead of demo rows: one CSV a table, header first, an empty field for NULL, UTF-8."""

import csv
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection, Cursor, sql

from local.shop import schema
from local.shop.errors import ShopError, SnapshotError

_CHUNK_BYTES = 1 << 16


def load(conn: Connection[Any], folder: Path) -> dict[str, int]:
    """Load a folder of `<table>.csv` files into the shop's empty tables; return the rows of each table.

    All files are checked before the first row is loaded, and all load in one transaction, so that
    nothing is half loaded. Columns may stand in any order. Raises `SnapshotError` for a file at fault,
    `ShopError` where there are rows already.
    """
    files = _files(folder)
    headers = {table: _checked_header(path, schema.columns(conn, table)) for table, path in files.items()}
    schema.require_empty(conn)
    with conn.transaction(), conn.cursor() as cursor:
        counts = {table: _copy(cursor, table, path, headers[table]) for table, path in files.items()}
        schema.set_sequences(conn)
    return counts


def check(folder: Path) -> None:
    """Raise `SnapshotError` unless the folder has a file for each table; needs no database."""
    _files(folder)


def _files(folder: Path) -> dict[str, Path]:
    if not folder.is_dir():
        raise SnapshotError(
            f"{folder}: no such folder; expected one with a CSV for each of {len(schema.TABLES)} tables."
        )
    files = {table: folder / f"{table}.csv" for table in schema.TABLES}
    missing = [path.name for path in files.values() if not path.is_file()]
    if missing:
        raise SnapshotError(
            f"{folder}: {len(missing)} of {len(files)} files are missing: {', '.join(missing)}; "
            "expected one CSV a table. Put them there and load again; nothing was loaded."
        )
    return files


def _checked_header(path: Path, expected: tuple[str, ...]) -> list[str]:
    if not expected:
        raise ShopError(f"totesys: table {path.stem} is not there; call schema.create before loading a snapshot.")
    found = _header(path)
    if sorted(found) != sorted(expected):
        raise SnapshotError(
            f"{path}: the header's columns are {', '.join(found) or 'none, the file is empty'}; "
            f"expected {', '.join(expected)}, each once. Correct the first line and load again; nothing was loaded."
        )
    return found


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            return next(csv.reader(lines), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise SnapshotError(f"{path}: the header cannot be read ({error}); expected a CSV in UTF-8.") from error


def _copy(cursor: Cursor[Any], table: str, path: Path, header: list[str]) -> int:
    statement = sql.SQL(
        "COPY public.{table} ({columns}) FROM STDIN (FORMAT csv, HEADER, NULL '', ENCODING 'UTF8')"
    ).format(
        table=sql.Identifier(table),
        columns=sql.SQL(", ").join(map(sql.Identifier, header)),
    )
    try:
        with path.open("rb") as lines, cursor.copy(statement) as copy:
            while chunk := lines.read(_CHUNK_BYTES):
                copy.write(chunk)
    except (psycopg.DataError, psycopg.IntegrityError) as error:
        raise SnapshotError(
            f"{path}: {_reason(error)}; expected rows that fit the shop's table {table} and refer to rows that exist. "
            "Correct the file and load again; nothing was loaded."
        ) from error
    return cursor.rowcount


def _reason(error: psycopg.Error) -> str:
    parts = (error.diag.message_primary, error.diag.message_detail, error.diag.context)
    return "; ".join(part.rstrip(".") for part in parts if part)
