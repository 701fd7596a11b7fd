"""What was checked and what was found, told as it goes and summed up in a table."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from include.plain_text import span

Say = Callable[[str], None]


@dataclass(frozen=True)
class Finding:
    """What a check found, in a few words; ``expected`` is what had to be there, where that is something else."""

    found: str
    expected: str = ""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at in one step, and how long that took."""

    step: str
    what: str
    finding: Finding
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it is as it must be."""
        return not self.finding.expected


@dataclass
class Verdict:
    """Everything that was checked, in order."""

    say: Say
    checks: list[Check] = field(default_factory=list)
    not_tried: list[str] = field(default_factory=list)

    def check(self, step: str, what: str, look: Callable[[], Finding]) -> None:
        """Look at something, note what was found and how long it took, and say so."""
        started = time.monotonic()
        finding = look()
        check = Check(step, what, finding, time.monotonic() - started)
        self.checks.append(check)
        self.say(f"{step}, {what}: {_mark(check)}: {finding.found}")

    @property
    def wrong(self) -> list[Check]:
        """What is not as it must be."""
        return [check for check in self.checks if not check.ok]


def as_text(verdict: Verdict, *, ended: bool = True) -> str:
    """A table of all checks; what is wrong follows in full, then, if it came to its end, one line that sums it up."""
    rows = [(c.step, c.what, span(c.seconds), _mark(c), _short(c.finding.found)) for c in verdict.checks]
    parts = [_table(("step", "checked", "took", "", "found"), rows)] if rows else []
    parts += [
        f"WRONG  {c.step}, {c.what}\n  found     {c.finding.found}\n  expected  {c.finding.expected}"
        for c in verdict.wrong
    ]
    if verdict.not_tried:
        parts.append(f"Not tried: {', '.join(verdict.not_tried)}.")
    return "\n\n".join([*parts, *([_sum(verdict)] if ended else [])])


def _sum(verdict: Verdict) -> str:
    checks = f"{len(verdict.checks)} checks"
    return f"WRONG: {len(verdict.wrong)} of {checks}." if verdict.wrong else f"All is well: {checks}."


def _mark(check: Check) -> str:
    return "ok" if check.ok else "WRONG"


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    widths = [max(len(row[column]) for row in [heads, *rows]) for column in range(len(heads))]
    return "\n".join("  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in [heads, *rows])
