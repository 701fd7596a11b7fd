"""Land what one extract reads in the raw bucket: `COPY` → zstd → S3, then the manifest."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import IO

from include import object_keys
from include.catalog.model import SourceTable, Table
from include.manifest import Manifest, Origin, StoredFile
from include.object_store import ObjectStore
from include.raw.parts import Parts
from include.source.postgres import copy_keys, copy_rows
from include.source.selection import Everything, KeysWithin, Selection
from include.source.snapshot import Connection, Position

_SUFFIX = "csv.zst"

Copy = Callable[..., int]


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
        part
        for source_table in table.source_tables
        for part in _land_parts(
            raw,
            origin,
            source_table,
            partial(copy_rows, connection, table, source_table, selection=reading.selection, position=position),
        )
    )
    driving = table.source_tables[0]
    keys = None
    if reading.with_keys:
        within = reading.selection if isinstance(reading.selection, KeysWithin) else Everything()
        keys = _land_keys(raw, origin, driving, partial(copy_keys, connection, table, within=within, position=position))
    folder = _folder(origin, driving)
    manifest = Manifest(origin=origin, files=files, keys=keys)
    return raw.put_manifest(folder, manifest), manifest


def land_range(
    connection: Connection, position: Position, raw: ObjectStore, table: Table, origin: Origin
) -> tuple[str, Manifest]:
    """Read one key range of a split load with its keys, once: what an earlier try landed of it is returned as it is.

    So a range has one content, however often its task is repeated, and a replay reads what the load read.
    """
    key = object_keys.manifest(_folder(origin, table.source_tables[0]))
    key_range = origin.key_range
    if not raw.exists(key) and key_range is not None:
        selection = KeysWithin(table.source_tables[0].key, key_range.start, key_range.end)
        land(connection, position, raw, table, origin, reading=Reading(selection, with_keys=True))
    return key, raw.manifest(key)  # of two tries at once, the one that was first


def _land_parts(raw: ObjectStore, origin: Origin, source_table: SourceTable, copy: Copy) -> tuple[StoredFile, ...]:
    folder = _folder(origin, source_table)

    def store(number: int, body: IO[bytes], rows: int) -> StoredFile:
        return raw.put(object_keys.part(folder, number, _SUFFIX), body, table=source_table.name, rows=rows)

    return _landed(Parts(source_table.name, store), copy)


def _land_keys(raw: ObjectStore, origin: Origin, source_table: SourceTable, copy: Copy) -> StoredFile:
    key = f"{_folder(origin, source_table)}/keys.{_SUFFIX}"

    def store(_: int, body: IO[bytes], rows: int) -> StoredFile:
        return raw.put(key, body, table=source_table.name, rows=rows)

    (keys,) = _landed(Parts(source_table.name, store, split=False), copy)
    return keys


def _landed(parts: Parts, copy: Copy) -> tuple[StoredFile, ...]:
    with parts:
        copy(write=parts.write)
        return parts.stored()


def _folder(origin: Origin, source_table: SourceTable) -> str:
    return object_keys.raw_folder(
        source_table.source, source_table.name, origin.landed_on, origin.load_id, origin.range_number
    )
