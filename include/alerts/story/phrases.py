"""Instants, spans, numbers and lists as people write them. Every instant is UTC and says so."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

_UNITS = (("day", 86400), ("h", 3600), ("min", 60))


def clock(at: datetime, on: datetime | None = None) -> str:
    """`13:55 UTC`; with its date in front where that is not the date of ``on``."""
    at = at.astimezone(UTC)
    other_day = on is not None and on.astimezone(UTC).date() != at.date()
    return f"{at:%Y-%m-%d %H:%M} UTC" if other_day else f"{at:%H:%M} UTC"


def period(window: tuple[datetime, datetime]) -> str:
    """`2024-11-14 14:00 to 14:05 UTC`."""
    start, end = (at.astimezone(UTC) for at in window)
    return f"{start:%Y-%m-%d %H:%M} to {clock(end, start)}"


def span(seconds: float) -> str:
    """`2.4 s`, `40 min`, `3 h 5 min`, `2 days 4 h`: its two largest units."""
    if seconds < 60:
        return f"{seconds:.1f} s".replace(".0 s", " s")
    left, parts = round(seconds), []
    for unit, size in _UNITS:
        count, left = divmod(left, size)
        if count:
            parts.append(f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}")
    return " ".join(parts[:2])


def counted(count: int, noun: str) -> str:
    """`1 table`, `1,200 rows`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(names: Sequence[str], most: int = 12) -> str:
    """`a, b and c`; of many the first ones and how many more."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def upper_first(text: str) -> str:
    """The text as a sentence begins, with a full stop at its end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def standing(stands: Mapping[str, datetime | None], on: datetime) -> str:
    """A sentence that says up to when the warehouse holds these tables; empty for no table."""
    known = {table: at for table, at in stands.items() if at is not None}
    if not stands:
        return ""
    if not known:
        return f"Up to when the warehouse holds {_named(tuple(stands))} is not known."
    times = sorted({clock(at, on) for at in known.values()}, key=lambda text: (len(text) < 11, text))
    when = f"at {times[0]}" if len(times) == 1 else f"between {times[0].removesuffix(' UTC')} and {times[-1]}"
    unknown = stands.keys() - known.keys()
    rest = f"; of {_named(unknown)} it is not known" if unknown else ""
    return f"The warehouse's {_named(tuple(known))} {'stand' if len(known) > 1 else 'stands'} {when}{rest}."


def counts(new: int, revised: int, deleted: int, quarantined: int) -> str:
    """`1,200 new, 33 revised, 1 deleted`: what is not nought."""
    parts = {"new": new, "revised": revised, "deleted": deleted, "quarantined": quarantined}
    return ", ".join(f"{count:,} {name}" for name, count in parts.items() if count) or "no rows"


def _named(tables: Iterable[str]) -> str:
    names = sorted(tables)
    return listed(names) if len(names) <= 3 else f"{len(names)} tables"
