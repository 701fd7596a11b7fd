"""Turn one raw load into Parquet in the processed bucket, part by part, then its manifest.

Rows that break the declaration go to the quarantine beside it; every row goes to one of the two.
"""

import contextlib
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO

import pyarrow as pa
import pyarrow.parquet

from include import object_keys
from include.catalog.model import Table
from include.errors import DamagedObjectError
from include.manifest import Manifest, StoredFile
from include.object_store import ObjectStore
from include.processed.conform import conform
from include.processed.parse import parse
from include.processed.quarantine import Quarantined, write_lines
from include.processed.schema import arrow_schema
from include.raw.read import rows, whole

_IN_MEMORY = 8 * 1024 * 1024


def write(table: Table, raw_manifest_key: str, *, raw: ObjectStore, processed: ObjectStore) -> tuple[str, Manifest]:
    """Conform the load with this raw manifest; returns the processed manifest and its key.

    Memory is bounded by the block size and by the lookup tables. Raises ``DamagedObjectError`` for a
    raw file that is not what was landed.
    """
    landed = raw.manifest(raw_manifest_key)
    origin = landed.origin
    folder = object_keys.processed_folder(table.name, origin.landed_on, origin.load_id, origin.range_number)
    with _Quarantine(table, landed, processed) as quarantine:
        parts = tuple(
            write_parquet(processed, object_keys.part(folder, number, "parquet"), table, arrow_schema(table), batches)
            for number, batches in enumerate(_conformed(table, raw, landed, quarantine))
        )
        _check_count(table, landed, sum(part.rows for part in parts) + quarantine.rows)
        manifest = Manifest(
            origin=origin,
            files=parts,
            keys=_write_keys(table, raw, landed, processed, folder),
            quarantine=quarantine.store(),
        )
    return processed.put_manifest(folder, manifest), manifest


def _conformed(
    table: Table, raw: ObjectStore, landed: Manifest, quarantine: "_Quarantine"
) -> Iterator[Iterator[pa.RecordBatch]]:
    """The good rows of each raw part, batch by batch; the others go to ``quarantine`` on the way."""
    lookups = {lookup.table.name: whole(raw, landed, lookup.table) for lookup in table.lookups}
    driving = table.source_tables[0]

    def batches(file: StoredFile) -> Iterator[pa.RecordBatch]:
        with rows(raw, file, tuple(driving.columns)) as read:
            for batch in read:
                conformed = conform(table, batch, lookups)
                quarantine.add(conformed.quarantined)
                yield conformed.rows

    return (batches(file) for file in landed.files if file.table == driving.name)


def _write_keys(
    table: Table, raw: ObjectStore, landed: Manifest, processed: ObjectStore, folder: str
) -> StoredFile | None:
    """The natural keys that the source holds, all of them, where the load brought them."""
    if landed.keys is None:
        return None
    columns = [column for column in table.columns if column.name in table.natural_key]
    schema = arrow_schema(table)
    schema = pa.schema([schema.field(column.name) for column in columns])

    def batches(file: StoredFile) -> Iterator[pa.RecordBatch]:
        with rows(raw, file, tuple(column.source_name for column in columns)) as read:
            for batch in read:
                texts = (pa.array(batch[column.source_name], pa.string()) for column in columns)
                values = [parse(table, column, text).values for column, text in zip(columns, texts, strict=True)]
                yield pa.RecordBatch.from_arrays(values, schema=schema)

    return write_parquet(processed, f"{folder}/keys.parquet", table, schema, batches(landed.keys))


def write_parquet(
    processed: ObjectStore, key: str, table: Table, schema: pa.Schema, batches: Iterable[pa.RecordBatch]
) -> StoredFile:
    """Write batches of a table's rows, or of its keys, to one Parquet file."""
    count = 0
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
        # Without dictionaries: of keys, days and amounts they only make a file larger, and slower to write.
        with pa.parquet.ParquetWriter(body, schema, compression="zstd", use_dictionary=False) as writer:
            for batch in batches:
                writer.write_batch(batch)
                count += batch.num_rows
        return processed.put(key, body, table=table.name, rows=count)


class _Quarantine:
    """Gathers a load's refused rows in a file and stores it, if there are any."""

    def __init__(self, table: Table, landed: Manifest, processed: ObjectStore) -> None:
        self.rows = 0
        self._table = table
        self._origin = landed.origin
        self._processed = processed
        self._files = contextlib.ExitStack()

    def __enter__(self) -> "_Quarantine":
        self._body: IO[bytes] = self._files.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
        return self

    def __exit__(self, *_: object) -> None:
        self._files.close()

    def add(self, quarantined: list[Quarantined]) -> None:
        write_lines(self._body, quarantined)
        self.rows += len(quarantined)

    def store(self) -> StoredFile | None:
        if not self.rows:
            return None
        origin = self._origin
        folder = object_keys.quarantine_folder(self._table.name, origin.landed_on, origin.load_id, origin.range_number)
        key = object_keys.part(folder, 0, "jsonl")
        return self._processed.put(key, self._body, table=self._table.name, rows=self.rows)


def _check_count(table: Table, landed: Manifest, found: int) -> None:
    """No row is lost between raw and processed."""
    expected = landed.rows(table.source_tables[0].name)
    if found != expected:
        raise DamagedObjectError(
            f"{table.name}, load {landed.origin.load_id}",
            found=f"{found} rows in the raw files",
            expected=f"{expected} rows, as the manifest says",
            remedy="nothing of it was loaded; clear the table's whole task group to land it again",
        )
