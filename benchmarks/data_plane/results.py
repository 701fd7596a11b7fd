"""Medians, spreads and ratios of what was measured, as a table for people and as JSON."""

import json
import os
import platform
import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.data_plane.programs import Measured

TARGETS = (
    ("first load: at most 2.0 x the limit", "ours, first load", "limit, first load", "at most", 2.0),
    ("first load: at least 1.4 x faster than dlt", "dlt, first load", "ours, first load", "at least", 1.4),
    ("first load: at least 1.4 x faster than dlt-adbc", "dlt-adbc, first load", "ours, first load", "at least", 1.4),
    ("first load: at least 1.4 x faster than ingestr", "ingestr, first load", "ours, first load", "at least", 1.4),
    ("1 % delta: at most 1.5 s", "ours, 1 % delta", None, "at most", 1.5),
    ("1 % delta: at least 3.5 x faster than dlt", "dlt, 1 % delta", "ours, 1 % delta", "at least", 3.5),
    ("1 % delta: at least 3.5 x faster than dlt-adbc", "dlt-adbc, 1 % delta", "ours, 1 % delta", "at least", 3.5),
    ("no-change check: under 1 s", "ours, no-change check", None, "at most", 1.0),
)


@dataclass(frozen=True)
class Results:
    """Every measurement by what was measured, in the order in which it came."""

    rows: int
    taken: dict[str, list[Measured]] = field(default_factory=lambda: defaultdict(list))
    notes: list[str] = field(default_factory=list)

    def add(self, what: str, measured: Measured) -> Measured:
        """Keep a measurement."""
        self.taken[what].append(measured)
        return measured

    def seconds(self, what: str) -> float:
        """The median."""
        return statistics.median(one.seconds for one in self.taken[what])

    def ratio(self, what: str, to: str) -> float:
        """The median of the ratios within a repeat: what disturbs the machine disturbs both."""
        pairs = zip(self.taken[what], self.taken[to], strict=False)
        return statistics.median(one.seconds / other.seconds for one, other in pairs)

    def table(self) -> str:
        """Markdown: a line each, and the targets."""
        lines = [f"{self.rows:,} rows, {datetime.now(UTC):%Y-%m-%d}, {machine()}.", ""]
        lines += ["| What | median s | min to max s | x limit | peak MB |", "|---|---:|---:|---:|---:|"]
        lines += [self._line(what) for what in self.taken]
        lines += ["", "| Target | found |", "|---|---|", *self._targets()]
        lines += ["", f"Peak memory of the pipeline's largest task: {self.peak():.0f} MB (target: at most 300)."]
        return "\n".join([*lines, *(f"\n{note}" for note in self.notes)])

    def peak(self) -> float:
        """The most memory that any of the pipeline's own tasks needed, in MB."""
        return max(
            (one.peak_mb for what in self.taken if what.startswith("ours") for one in self.taken[what]), default=0
        )

    def save(self, path: Path) -> None:
        """Every single measurement, as JSON."""
        plain: dict[str, Any] = {
            what: [{"seconds": one.seconds, "peak_mb": one.peak_mb} for one in all_of]
            for what, all_of in self.taken.items()
        }
        path.write_text(
            json.dumps({"rows": self.rows, "machine": machine(), "taken": plain, "notes": self.notes}, indent=1)
        )

    def _line(self, what: str) -> str:
        seconds = [one.seconds for one in self.taken[what]]
        limit = f"limit, {what.partition(', ')[2]}"
        times = f"{self.ratio(what, limit):.2f}" if limit in self.taken else ""
        peak = max(one.peak_mb for one in self.taken[what])
        return (
            f"| {what} | {self.seconds(what):.2f} | {min(seconds):.2f} to {max(seconds):.2f} | {times} | {peak:.0f} |"
        )

    def _targets(self) -> list[str]:
        lines = []
        for words, what, to, bound, value in TARGETS:
            if what not in self.taken or (to and to not in self.taken):
                lines.append(f"| {words} | not measured |")
                continue
            found = self.ratio(what, to) if to else self.seconds(what)
            kept = found <= value if bound == "at most" else found >= value
            lines.append(f"| {words} | {found:.2f}{' x' if to else ' s'}: {'kept' if kept else '**missed**'} |")
        return lines


def machine() -> str:
    """What it was measured on, and how busy that was."""
    with Path("/proc/cpuinfo").open() as lines:
        model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "unknown")
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    return f"{os.cpu_count()} cores ({model}), Python {platform.python_version()}, load average {load}"
