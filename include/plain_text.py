"""How durations and small tables read in plain text: on a terminal, in a mail."""

from collections.abc import Sequence

_UNITS = ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"))


def span(seconds: float) -> str:
    """A duration as people say it: `0.8 s`, `47 s`, `3 min 5 s`, `2 h 14 min`, `3 d 4 h`."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    whole = int(seconds)
    for size, unit, below, lesser in _UNITS:
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
