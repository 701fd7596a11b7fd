"""What the person at the terminal reads: plain lines, each with the time since the start."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Sequence

_STARTED = float(os.environ.get("TOTES_STARTED") or time.time())  # set by make, before the set-up


def say(text: str = "") -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def elapsed_s() -> float:
    """Seconds since the command was given."""
    return time.time() - _STARTED


def step(text: str) -> None:
    """Print one line of progress."""
    say(f"[{elapsed_s():4.0f} s] {text}")


def span(seconds: float) -> str:
    """A duration as people say it: `0.8 s`, `47 s`, `3 min 5 s`, `2 h 14 min`, `3 d 4 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    whole = int(seconds)
    for size, unit, below, lesser in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // below} {lesser}"
    raise AssertionError(seconds)


def table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Columns under their heads, the first one to the left, the others to the right."""
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    return "\n".join(
        "  " + "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in [heads, *rows]
    )
