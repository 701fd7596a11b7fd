"""A split read: the loads that are one by themselves, those that key ranges make together, and which are complete."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from include.manifest import Manifest, Origin

Keyed = tuple[str, Manifest]


def by_load(items: Iterable[Keyed]) -> list[list[Keyed]]:
    """Manifests with their keys, gathered by the load that they make, the oldest load first.

    Most loads are one manifest. Of a split one all ranges are there, in order; one that lacks a range, or
    whose ranges were read from different servers, is left out: it is incomplete, as a load without a manifest.
    """
    loads: list[list[Keyed]] = []
    split: dict[str, list[Keyed]] = {}
    for item in items:
        if item[1].origin.range_number is None:
            loads.append([item])
        else:
            split.setdefault(item[1].origin.load_id, []).append(item)
    for ranges in split.values():
        ranges.sort(key=lambda item: item[1].origin.range_number or 0)
        if is_complete([manifest for _, manifest in ranges]):
            loads.append(ranges)
    return sorted(loads, key=lambda load: origin_of(load).order)


def is_complete(ranges: Sequence[Manifest]) -> bool:
    """Whether manifests in the order of their ranges are all those of one split read, of one server."""
    origins = [manifest.origin for manifest in ranges]
    wanted = {origin.key_range.count for origin in origins if origin.key_range}
    return (
        wanted == {len(ranges)}
        and [origin.range_number for origin in origins] == list(range(len(ranges)))
        and len({(origin.load_id, origin.system_identifier) for origin in origins}) == 1
    )


def origin_of(load: Sequence[Keyed]) -> Origin:
    """Where all the manifests of one load come from."""
    return whole_origin([manifest.origin for _, manifest in load])


def whole(ranges: Sequence[Manifest]) -> Manifest:
    """The manifest of what complete ranges make together."""
    return Manifest(
        origin=whole_origin([manifest.origin for manifest in ranges]),
        files=tuple(file for manifest in ranges for file in manifest.files),
        keys_of_ranges=tuple(file for manifest in ranges for file in manifest.key_files),
        quarantine_of_ranges=tuple(file for manifest in ranges for file in manifest.quarantine_files),
    )


def whole_origin(origins: Sequence[Origin]) -> Origin:
    """The origin of ranges that were read one by one: as far back as the oldest of them.

    The next read starts at the least of their watermarks, so that nothing is lost that was written between
    two of them; the newest snapshot is kept too, since what is older than that is older than some of the rows.
    """
    in_order = sorted(origins, key=lambda origin: origin.order)
    oldest, newest = in_order[0], in_order[-1]
    if oldest.range_number is None or oldest.key_range is None:
        return oldest
    horizons = [origin.horizon for origin in origins if origin.horizon]
    return replace(
        oldest,
        key_range=replace(oldest.key_range, number=0, count=1, start=None, end=None),
        watermark=min(origin.watermark for origin in origins),
        horizon=min(horizons) if len(horizons) == len(origins) else None,
        bounded=any(origin.bounded for origin in origins),
        latest_snapshot=newest.snapshot,
        latest_snapshot_at=newest.snapshot_at,
    )
