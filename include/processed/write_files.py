"""Turn one landed set of files into Parquet in the processed bucket, then its manifest."""

from collections.abc import Callable, Mapping
from datetime import datetime

import pyarrow as pa

from include import object_keys
from include.catalog.covid.covid_us_daily import COVID_US_DAILY, JHU, NYT
from include.catalog.model import Table
from include.errors import ContractError
from include.manifest import Manifest, StoredFile
from include.object_store import ObjectStore
from include.processed.covid import Finding, merge
from include.processed.schema import arrow_schema
from include.processed.write import write_parquet
from include.source.http import Limits, content


def write_files(
    table: Table, raw_manifest_key: str, limits: Limits, *, raw: ObjectStore, processed: ObjectStore
) -> tuple[tuple[str, Manifest], tuple[Finding, ...]]:
    """Merge the files of a raw manifest; returns the processed manifest with its key, and the warnings.

    Raises ``ContractError`` when a file is refused, ``DamagedObjectError`` when one is not what was landed.
    """
    landed = raw.manifest(raw_manifest_key)
    rows, warnings = _MERGES[table.name](_contents(raw, landed, limits), landed)
    rows = _fitted(table, rows, raw.uri(raw_manifest_key))
    folder = object_keys.processed_folder(table.name, landed.origin.landed_on, landed.origin.load_id)
    manifest = Manifest(
        origin=landed.origin,
        files=(_write(processed, object_keys.part(folder, 0, "parquet"), table, rows),),
        # A file holds everything: a day that is not in it is gone.
        keys=_write(processed, f"{folder}/keys.parquet", table, rows.select(table.natural_key)),
        fetched=landed.fetched,
    )
    return (processed.put_manifest(folder, manifest), manifest), warnings


def _fitted(table: Table, rows: pa.Table, where: str) -> pa.Table:
    try:
        return rows.cast(arrow_schema(table))
    except pa.ArrowInvalid as error:
        raise ContractError(
            where,
            found=str(error),
            expected="values that fit the table",
            remedy="nothing of it is loaded; a mended file loads by itself",
        ) from error


def _contents(raw: ObjectStore, landed: Manifest, limits: Limits) -> dict[str, bytes]:
    encodings = {item.name: item.content_encoding for item in landed.fetched}
    contents = {}
    for file in landed.files:
        with raw.open(file) as body:
            contents[file.table] = b"".join(content(body, encodings[file.table], limits, where=raw.uri(file.key)))
    return contents


def _covid(contents: Mapping[str, bytes], landed: Manifest) -> tuple[pa.Table, tuple[Finding, ...]]:
    today = datetime.fromisoformat(landed.origin.snapshot_at).date()
    merged = merge(contents[NYT.name], contents[JHU.name], today=today)
    return merged.days, merged.warnings


_MERGES: dict[str, Callable[[Mapping[str, bytes], Manifest], tuple[pa.Table, tuple[Finding, ...]]]] = {
    COVID_US_DAILY.name: _covid
}


def _write(processed: ObjectStore, key: str, table: Table, rows: pa.Table) -> StoredFile:
    return write_parquet(processed, key, table, rows.schema, rows.to_batches())
