"""What lies in the raw bucket: the complete loads of a table, in the order in which the source was read."""

from datetime import datetime, timedelta

from include import object_keys
from include.catalog.model import Table
from include.manifest import Manifest
from include.object_store import ObjectStore

_CLOCKS_APART = timedelta(hours=1)  # how far the clocks of the source and of S3 may differ


def landed(raw: ObjectStore, table: Table, since: datetime | None = None) -> list[tuple[str, Manifest]]:
    """The manifests of a table's loads with their keys, oldest first: all, or those of about ``since`` and later."""
    driving = table.source_tables[0]
    root = object_keys.raw_root(driving.source, driving.name)
    after, stored_since = "", None
    if since is not None:
        stored_since = since - _CLOCKS_APART
        after = f"{root}{object_keys.day(stored_since.date())}"
    found = [
        (key, raw.manifest(key))
        for key, stored_at in raw.listed(root, after)
        if object_keys.is_manifest(key) and (stored_since is None or stored_at >= stored_since)
    ]
    own = [(key, manifest) for key, manifest in found if manifest.origin.table == table.name]
    return sorted(own, key=lambda item: item[1].origin.order)
