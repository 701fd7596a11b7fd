"""What lies in the raw bucket: the complete loads of a table, in the order in which the source was read."""

import logging
from datetime import datetime, timedelta

from include import object_keys
from include.catalog.model import Table
from include.errors import DamagedObjectError
from include.key_ranges import by_load
from include.manifest import Manifest
from include.object_store import ObjectStore

log = logging.getLogger(__name__)

_CLOCKS_APART = timedelta(hours=1)  # how far the clocks of the source and of S3 may differ


def landed(raw: ObjectStore, table: Table, since: datetime | None = None) -> list[tuple[str, Manifest]]:
    """The manifests of a table's loads with their keys, oldest first: all, or those of about ``since`` and later.

    The ranges of a split load stand together, in order, and only if all of them are there.

    Where all are asked for, a manifest that cannot be read raises ``DamagedObjectError``: a history
    must be whole. Else it is left out, loudly: it must not stand in the way of what was landed since.
    """
    root = object_keys.raw_root(*table.landed_as)
    stored_since = None if since is None else since - _CLOCKS_APART
    after = "" if stored_since is None else f"{root}{object_keys.day(stored_since.date())}"
    found = []
    for key, stored_at in raw.listed(root, after):
        if object_keys.is_manifest(key) and (stored_since is None or stored_at >= stored_since):
            manifest = _read(raw, key, strict=since is None)
            if manifest is not None and manifest.origin.table == table.name and _counts(key):
                found.append((key, manifest))
    return [item for load in by_load(found) for item in load]


def _counts(key: str) -> bool:
    """Of two tries at one range only the first one's manifest is ever loaded."""
    folder = key.rpartition("/")[0]
    return object_keys.whole_of(key) is None or key == object_keys.manifest(folder)


def _read(raw: ObjectStore, key: str, *, strict: bool) -> Manifest | None:
    try:
        return raw.manifest(key)
    except DamagedObjectError as error:
        if strict:
            raise
        log.error("a load is left out: %s", error)  # noqa: TRY400  its text says all
        return None
