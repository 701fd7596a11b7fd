"""Make one load of the ranges of a split read: the manifest that names the files of all of them."""

import logging
from collections.abc import Sequence
from itertools import groupby

from include import object_keys
from include.catalog import Table
from include.errors import GapError
from include.key_ranges import is_complete, whole
from include.object_store import ObjectStore

log = logging.getLogger(__name__)


def gathered(table: Table, keys: Sequence[str], processed: ObjectStore, *, strict: bool) -> list[str]:
    """The keys of the loads' processed manifests, in order: those of ranges replaced by one for all of them.

    Raises ``GapError`` for a load that lacks a range; one that is merely pending is left out, loudly, unless
    ``strict``.
    """
    groups = [(folder, list(group)) for folder, group in groupby(keys, object_keys.whole_of)]
    loads: list[str] = []
    for folder, group in groups:
        if folder is None:
            loads += group
            continue
        ranges = [processed.manifest(key) for key in group]
        if is_complete(ranges):
            loads.append(processed.put_manifest(folder, whole(ranges)))
        elif strict or group[-1] == keys[-1]:
            raise _incomplete(table, folder, len(ranges))
        else:
            log.error("%s: a pending load is left out: only %d ranges of it are whole", table.name, len(ranges))
    return loads


def _incomplete(table: Table, folder: str, found: int) -> GapError:
    return GapError(
        f"{table.name}, {folder}",
        found=f"{found} key ranges",
        expected="all ranges of one split read, each once, of one server",
        remedy="nothing of it was loaded; clear this table's whole task group: it is split and read anew",
    )
