"""What lies in the raw bucket: the complete loads of a table, in the order in which the source was read."""

from datetime import date, timedelta

from include import object_keys
from include.catalog.model import Table
from include.manifest import Manifest
from include.object_store import ObjectStore


def landed(
    raw: ObjectStore, table: Table, since: date | None = None, until: date | None = None
) -> list[tuple[str, Manifest]]:
    """The manifests of a table's loads with their keys, oldest first; since a day (UTC) if given, else all."""
    driving = table.source_tables[0]
    root = object_keys.raw_root(driving.source, driving.name)
    if since is None or until is None:
        prefixes = [root]
    else:
        days = [since + timedelta(days=number) for number in range((until - since).days + 1)]
        prefixes = [f"{root}{object_keys.day(on)}/" for on in days]
    found = [
        (key, raw.manifest(key)) for prefix in prefixes for key in raw.keys(prefix) if object_keys.is_manifest(key)
    ]
    own = [(key, manifest) for key, manifest in found if manifest.origin.table == table.name]
    return sorted(own, key=lambda item: item[1].origin.order)
