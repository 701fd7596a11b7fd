"""Land what one extract reads in the raw bucket: `COPY` → zstd → S3, then the manifest."""

import logging
import tempfile
import time
from typing import IO

import zstandard

from include import object_keys
from include.catalog.model import SourceTable, Table
from include.manifest import Manifest, Mode, Origin, StoredFile
from include.object_store import ObjectStore
from include.source.postgres import check_columns, copy_rows
from include.source.selection import ChangedSince, Selection, StampedWithin
from include.source.snapshot import Connection, Position

log = logging.getLogger(__name__)

_IN_MEMORY = 32 * 1024 * 1024
_COMPRESSION_LEVEL = 3
_PROGRESS_EVERY_S = 10


def land(
    connection: Connection, position: Position, raw: ObjectStore, table: Table, mode: Mode, selection: Selection
) -> tuple[str, Manifest]:
    """Read the selected rows of a table and its lookups in an open snapshot; returns the manifest and its key.

    Raises ``SourceUnavailable``, ``SchemaDriftError`` or ``LakeUnavailable``; no manifest is written then,
    and parts without one are never read.
    """
    check_columns(connection, table.source_tables)
    origin = _origin(table, mode, selection, position)
    files = tuple(
        _land_part(connection, raw, table, source_table, selection, position, origin)
        for source_table in table.source_tables
    )
    driving = table.source_tables[0]
    folder = object_keys.raw_folder(driving.source, driving.name, origin.landed_on, origin.load_id)
    manifest = Manifest(origin=origin, files=files)
    return raw.put_manifest(folder, manifest), manifest


def _origin(table: Table, mode: Mode, selection: Selection, position: Position) -> Origin:
    window = selection if isinstance(selection, StampedWithin) else None
    return Origin(
        table=table.name,
        mode=mode,
        since=selection.watermark if isinstance(selection, ChangedSince) else None,
        window_start=window.start.isoformat() if window else None,
        window_end=window.end.isoformat() if window else None,
        system_identifier=position.system_identifier,
        snapshot=position.snapshot,
        watermark=position.xmin,
        snapshot_at=position.at.isoformat(),
    )


def _land_part(
    connection: Connection,
    raw: ObjectStore,
    table: Table,
    source_table: SourceTable,
    selection: Selection,
    position: Position,
    origin: Origin,
) -> StoredFile:
    folder = object_keys.raw_folder(source_table.source, source_table.name, origin.landed_on, origin.load_id)
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
        with _Compressor(body, source_table.name) as compressor:
            rows = copy_rows(
                connection, table, source_table, selection=selection, position=position, write=compressor.write
            )
        return raw.put(object_keys.part(folder, 0, "csv.zst"), body, table=source_table.name, rows=rows)


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
