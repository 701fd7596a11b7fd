"""Land what one extract reads in the raw bucket: `COPY` → zstd → S3, then the manifest."""

import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import IO

import zstandard

from include import object_keys
from include.catalog.model import SourceTable, Table
from include.manifest import Manifest, Origin, StoredFile
from include.object_store import ObjectStore
from include.source.postgres import copy_keys, copy_rows
from include.source.selection import Selection
from include.source.snapshot import Connection, Position

log = logging.getLogger(__name__)

_IN_MEMORY = 8 * 1024 * 1024
_COMPRESSION_LEVEL = 1  # rows of numbers and dates get no smaller by more of it, only slower
_PROGRESS_EVERY_S = 10


@dataclass(frozen=True)
class Reading:
    """Which rows to read, and whether the keys of all rows too, so that deletes are found."""

    selection: Selection
    with_keys: bool


def land(
    connection: Connection, position: Position, raw: ObjectStore, table: Table, origin: Origin, *, reading: Reading
) -> tuple[str, Manifest]:
    """Read the selected rows of a table and its lookups in an open snapshot; returns the manifest and its key.

    Raises ``SourceUnavailable``, ``SchemaDriftError`` or ``LakeUnavailable``; no manifest is written then,
    and parts without one are never read.
    """
    files = tuple(
        _land_part(
            raw,
            origin,
            source_table,
            "part-00000",
            partial(copy_rows, connection, table, source_table, selection=reading.selection, position=position),
        )
        for source_table in table.source_tables
    )
    driving = table.source_tables[0]
    keys = None
    if reading.with_keys:
        keys = _land_part(raw, origin, driving, "keys", partial(copy_keys, connection, table))
    folder = object_keys.raw_folder(driving.source, driving.name, origin.landed_on, origin.load_id)
    manifest = Manifest(origin=origin, files=files, keys=keys)
    return raw.put_manifest(folder, manifest), manifest


def _land_part(
    raw: ObjectStore, origin: Origin, source_table: SourceTable, name: str, copy: Callable[..., int]
) -> StoredFile:
    folder = object_keys.raw_folder(source_table.source, source_table.name, origin.landed_on, origin.load_id)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
        with _Compressor(body, source_table.name) as compressor:
            rows = copy(write=compressor.write)
        return raw.put(f"{folder}/{name}.csv.zst", body, table=source_table.name, rows=rows)


class _Compressor:
    """Compresses into a file and says now and then how far it is."""

    def __init__(self, body: IO[bytes], name: str) -> None:
        # One thread and no time in the frame: the same rows give the same bytes.
        self._stream = zstandard.ZstdCompressor(level=_COMPRESSION_LEVEL).stream_writer(body, closefd=False)
        self._name = name
        self._bytes = 0
        self._said_at = time.monotonic()

    def __enter__(self) -> "_Compressor":
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()  # type: ignore[no-untyped-call]  # zstandard types only a part of itself

    def write(self, chunk: bytes) -> None:
        self._stream.write(chunk)
        self._bytes += len(chunk)
        if time.monotonic() - self._said_at > _PROGRESS_EVERY_S:
            self._said_at = time.monotonic()
            log.info("reading %s: %.0f MB so far", self._name, self._bytes / 1e6)
