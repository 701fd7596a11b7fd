"""What one step tells the next: manifests' keys, counts, the watermark. Small JSON for an XCom."""

import json
import tempfile
import time
from collections.abc import Sequence
from typing import Any

from include import object_keys
from include.catalog import FED, TABLES, Table
from include.errors import SettingError
from include.manifest import Manifest
from include.object_store import ObjectStore
from include.summary import log_summary

Record = dict[str, Any]
Keyed = tuple[str, Manifest]

_IN_XCOM = 20  # manifests; a longer list, as of a replay, is stored in S3


def fed(name: str) -> Table:
    """The table of that name; raises ``SettingError`` for one that no source feeds."""
    table = TABLES.get(name)
    if table is None or not table.is_fed:
        raise SettingError(
            "parameter tables",
            found=repr(name),
            expected=f"some of {', '.join(table.name for table in FED)}",
            remedy="choose tables that the catalogue declares",
        )
    return table


def landed_record(
    step: str, started: float, store: ObjectStore, table: str, manifests: Sequence[Keyed], *, mode: str, rows_read: int
) -> Record:
    """The record of a step that wrote manifests, logged as its summary line."""
    size = sum(manifest.size for _, manifest in manifests)
    watermark = manifests[-1][1].origin.watermark if manifests else None
    log_summary(
        step, table=table, rows_read=rows_read, size=size, seconds=time.monotonic() - started, watermark=watermark
    )
    return {
        "table": table,
        "mode": mode,
        "rows_read": rows_read,
        "bytes": size,
        "watermark": watermark,
        **_listed(store, manifests),
    }


def manifests_of(record: Record, store: ObjectStore) -> list[str]:
    """The keys of the manifests that a step wrote, in order; ``store`` is the bucket it wrote them to."""
    if "index" in record:
        return list(json.loads(store.read(record["index"])))
    return list(record["manifests"])


def _listed(store: ObjectStore, manifests: Sequence[Keyed]) -> Record:
    keys = [key for key, _ in manifests]
    if len(keys) <= _IN_XCOM:
        return {"manifests": keys}
    with tempfile.TemporaryFile() as body:
        body.write(json.dumps(keys).encode())
        index = object_keys.index(keys[-1].rpartition("/")[0])
        return {"index": store.put(index, body, table="", rows=len(keys)).key}
