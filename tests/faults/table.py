"""The table of results, in a form that stands in a terminal and in a Markdown file alike."""

from collections.abc import Iterable

from tests.faults.matrix import Result

HEAD = ("fault", "seed", "lost", "doubled", "stale", "ghost", "regressions", "recovery", "re-read", "result")


def lines(results: Iterable[Result]) -> list[str]:
    """One line a fault and seed, below two of heading; `recovery` is in cycles, `re-read` in rows a version."""
    rows = [HEAD, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    padded = ["| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows]
    ruler = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    return [padded[0], ruler, *padded[1:]]


def _row(result: Result) -> tuple[str, ...]:
    figures = result.figures
    return (
        result.fault,
        *map(str, (result.seed, figures.lost, figures.doubled, figures.stale, figures.ghost, result.regressions)),
        "-" if result.recovery is None else str(result.recovery),
        "-" if result.reread is None else f"{result.reread:.2f}",
        result.outcome,
    )
