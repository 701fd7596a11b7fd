"""Cut a record until it fits: the longest lists first, and the longest text where no list is longer."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

Place = tuple[str | int, ...]

_WHOLE = {"window"}  # a pair: half of it is nothing
_BY_TABLE = {"stands", "behind_s"}  # as long as there are tables
_SHORT = 80  # no text is cut to less
_CUT = "… (cut)"


def fitted(record: dict[str, Any], spell: Callable[[dict[str, Any]], str], most_bytes: int) -> str:
    """What ``spell`` makes of a record, of which as much is left out as it must be.

    Only what is under `facts`, and the list `tables`, is cut. What was is in `left_out`: the number of items
    by list, the number of characters by text. Raises ``ValueError`` when nothing is left to be cut.
    """
    spelt = spell(record)
    smaller = copy.deepcopy(record)
    left_out: dict[str, int] = {}
    while len(spelt.encode()) > most_bytes:
        place = _largest(smaller)
        if place is None:
            raise ValueError(f"an alert of {len(spelt.encode())} bytes; expected at most {most_bytes}")
        name = ".".join(map(str, place))
        left_out[name] = left_out.get(name, 0) + _halve(smaller, place)
        spelt = spell({**smaller, "left_out": left_out})
    return spelt


def _largest(record: dict[str, Any]) -> Place | None:
    """Where the largest thing is that can be cut, a list or a text."""
    roots = {"facts": record["facts"], "tables": record["tables"]}
    places = [place for name, value in roots.items() for place in _places(value, (name,))]
    return max(places, key=lambda place: len(str(_at(record, place))), default=None)


def _places(value: Any, here: Place) -> Iterator[Place]:
    if isinstance(value, str) and len(value) > _SHORT + len(_CUT):
        yield here
    if isinstance(value, list | dict) and _can_be_cut(value, here):
        yield here
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inner:
        yield from _places(item, (*here, key))


def _can_be_cut(value: list[Any] | dict[str, Any], here: Place) -> bool:
    if here[-1] in _WHOLE or len(value) < 2:
        return False
    return isinstance(value, list) or here[-1] in _BY_TABLE


def _halve(record: dict[str, Any], place: Place) -> int:
    """Leave out half of what is there; returns how much that was."""
    holder, key = _at(record, place[:-1]), place[-1]
    value = holder[key]
    kept = max(_SHORT, len(value) // 2) if isinstance(value, str) else len(value) // 2
    if isinstance(value, str):
        holder[key] = value.removesuffix(_CUT)[:kept] + _CUT
    elif isinstance(value, list):
        holder[key] = value[:kept]
    else:
        holder[key] = dict(list(value.items())[:kept])
    return len(value) - kept


def _at(record: Any, place: Place) -> Any:
    for key in place:
        record = record[key]
    return record
