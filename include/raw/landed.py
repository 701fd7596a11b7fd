"""What lies in the raw bucket: the complete loads of a table, in the order in which the source was read."""

import logging
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta

from include import object_keys
from include.catalog.model import Table
from include.errors import DamagedObjectError
from include.key_ranges import by_load
from include.manifest import Manifest
from include.object_store import ObjectStore

log = logging.getLogger(__name__)

_CLOCKS_APART = timedelta(hours=1)  # how far the clocks of the source and of S3 may differ


def landed(raw: ObjectStore, table: Table) -> list[tuple[str, Manifest]]:
    """The manifests of all of a table's loads with their keys, oldest first.

    The ranges of a split load stand together, in order, and only if all of them are there. A manifest that cannot
    be read raises ``DamagedObjectError``: a history must be whole.
    """
    return _manifests(raw, table, _manifest_keys(raw, table, None), strict=True)


def landed_since(
    raw: ObjectStore, table: Table, since: datetime, loaded: Callable[[Collection[str]], Collection[str]]
) -> list[tuple[str, Manifest]]:
    """As ``landed``, of the loads of about ``since`` and later; ``loaded`` says of which ids that is not wanted.

    The days before are not listed, and what is not wanted is not read. A manifest that cannot be read is left out,
    loudly: it must not stand in the way of what was landed since.
    """
    found = {key: object_keys.load_id(key) for key in _manifest_keys(raw, table, since - _CLOCKS_APART)}
    known = loaded(set(found.values()))
    return _manifests(raw, table, (key for key, load_id in found.items() if load_id not in known), strict=False)


def _manifest_keys(raw: ObjectStore, table: Table, since: datetime | None) -> list[str]:
    root = object_keys.raw_root(*table.landed_as)
    after = "" if since is None else f"{root}{object_keys.day(since.date())}"
    return [
        key
        for key, stored_at in raw.listed(root, after)
        if object_keys.is_manifest(key) and _counts(key) and (since is None or stored_at >= since)
    ]


def _counts(key: str) -> bool:
    """Of two tries at one range only the first one's manifest is ever loaded."""
    folder = key.rpartition("/")[0]
    return object_keys.whole_of(key) is None or key == object_keys.manifest(folder)


def _manifests(raw: ObjectStore, table: Table, keys: Iterable[str], *, strict: bool) -> list[tuple[str, Manifest]]:
    read = ((key, _read(raw, key, strict=strict)) for key in keys)
    # Tables that share a source table share its folder.
    found = [(key, manifest) for key, manifest in read if manifest is not None and manifest.origin.table == table.name]
    return [item for load in by_load(found) for item in load]


def _read(raw: ObjectStore, key: str, *, strict: bool) -> Manifest | None:
    try:
        return raw.manifest(key)
    except DamagedObjectError as error:
        if strict:
            raise
        log.error("a load is left out: %s", error)  # noqa: TRY400  its text says all
        return None
