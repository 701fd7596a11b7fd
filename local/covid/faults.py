"""Files as they were really pushed broken, for tests and for whoever wants to see a failure told.

The server serves good files. A file `fault` in its folder (`.state/covid/fault`) with one of these words makes
both files broken for as long as it is there; `<word> nyt` or `<word> jhu` only that one:

- `html`: a page instead of the file, as a proxy or a login would send
- `columns-swapped`: the names of cases and deaths change places, the values do not
- `history-gone`: the newest day alone, in the right shape
- `yyyy-dd-mm`: every date with day and month swapped
- `503`: no file but "Service Unavailable"
- `truncated`: the connection ends half way through the file
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal

from local.errors import StackError

FILE = "fault"

Source = Literal["nyt", "jhu"]

PAGE = b"<!DOCTYPE html>\n<html><head><title>Too many requests</title></head><body>Try again later.</body></html>\n"


def _page(_content: bytes) -> bytes:
    return PAGE


def _columns_swapped(content: bytes) -> bytes:
    header, rest = content.split(b"\n", 1)
    swaps = {b"cases": b"deaths", b"Confirmed": b"Deaths"}
    swaps |= {there: here for here, there in swaps.items()}
    return b",".join(swaps.get(name, name) for name in header.split(b",")) + b"\n" + rest


def _history_gone(content: bytes) -> bytes:
    header, *rows = content.split(b"\n")
    newest = max(row.split(b",", 1)[0] for row in rows)
    kept = [row for row in rows if row.startswith(newest + b",")]
    return b"\n".join([header, *kept, *([b""] if content.endswith(b"\n") else [])])


def _yyyy_dd_mm(content: bytes) -> bytes:
    return re.sub(rb"^(\d{4})-(\d\d)-(\d\d),", rb"\1-\3-\2,", content, flags=re.MULTILINE)


BROKEN: Mapping[str, Callable[[bytes], bytes]] = {
    "html": _page,
    "columns-swapped": _columns_swapped,
    "history-gone": _history_gone,
    "yyyy-dd-mm": _yyyy_dd_mm,
}
"""What each fault of the content makes of a good file."""

FAULTS = (*BROKEN, "503", "truncated")


def asked_for(home: Path, source: Source) -> str | None:
    """The fault that the file of `source` is to have now, one of `FAULTS`; none if there is no file `fault`.

    Raises `StackError` for one that is unknown.
    """
    try:
        text = (home / FILE).read_text()
    except FileNotFoundError:
        return None
    fault, *only = text.split() or [""]
    if fault not in FAULTS or len(only) > 1 or not {*only} <= {"nyt", "jhu"}:
        raise StackError(
            f"{home / FILE} says '{text.strip()}'; expected one of {', '.join(FAULTS)}, and nyt or jhu behind it "
            "if only one file is meant. Correct it, or remove it for good files."
        )
    return fault if source in (only or [source]) else None
