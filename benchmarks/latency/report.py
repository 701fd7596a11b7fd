"""What was measured, as a table and as JSON."""

import json
import statistics
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from include.environment import DAG_ID


@dataclass(frozen=True)
class Arrival:
    """A change and how long it took to be visible, in seconds; None: it was not within the patience."""

    kind: str
    seconds: float | None


@dataclass(frozen=True)
class Run:
    """A run of the DAG: how it came about, how it ended, and the seconds from when it was queued to its end."""

    run_id: str
    run_type: str
    state: str
    seconds: float


def runs_since(connection: psycopg.Connection[Any], began: datetime) -> list[Run]:
    """The ended runs that were queued since ``began``, from Airflow's own database."""
    found = connection.execute(
        "SELECT run_id, run_type, state, extract(epoch FROM end_date - queued_at)::float8 FROM dag_run"
        " WHERE dag_id = %s AND queued_at >= %s AND end_date IS NOT NULL ORDER BY queued_at",
        [DAG_ID, began],
    )
    return [Run(*row) for row in found]


def table(arrivals: Sequence[Arrival], runs: Sequence[Run]) -> str:
    """Markdown: a line a kind of change and one of all; below it a line a kind of run."""
    kinds = [*sorted({arrival.kind for arrival in arrivals}), "all"]
    lines = ["| change | number | p50 s | p95 s | maximum s | lost |", "|---|---|---|---|---|---|"]
    for kind in kinds:
        chosen = [arrival for arrival in arrivals if kind in {arrival.kind, "all"}]
        lines.append(f"| {kind} | {len(chosen)} | {' | '.join(_shown(summed(chosen)))} |")
    lines += ["", "| runs | number | failed | median s | maximum s |", "|---|---|---|---|---|"]
    for run_type, number in Counter(run.run_type for run in runs).items():
        of_type = [run for run in runs if run.run_type == run_type]
        seconds, failed = [run.seconds for run in of_type], sum(run.state != "success" for run in of_type)
        lines.append(f"| {run_type} | {number} | {failed} | {statistics.median(seconds):.1f} | {max(seconds):.1f} |")
    return "\n".join(lines) + "\n"


def summed(arrivals: Sequence[Arrival]) -> dict[str, float]:
    """The distribution's p50, p95 and maximum in seconds, and how many were lost."""
    seconds = sorted(arrival.seconds for arrival in arrivals if arrival.seconds is not None)
    lost = len(arrivals) - len(seconds)
    if not seconds:
        return {"lost": lost}
    p95 = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
    return {"p50_s": statistics.median(seconds), "p95_s": p95, "max_s": seconds[-1], "lost": lost}


def write(file: Path, asked: Mapping[str, object], arrivals: Sequence[Arrival], runs: Sequence[Run]) -> None:
    """Everything as JSON: what was asked, the sums, each change and each run."""
    file.parent.mkdir(parents=True, exist_ok=True)
    found = {
        **asked,
        **summed(arrivals),
        "changes": [asdict(arrival) for arrival in arrivals],
        "runs": [asdict(run) for run in runs],
    }
    file.write_text(json.dumps(found, indent=1) + "\n")


def _shown(sums: Mapping[str, float]) -> list[str]:
    times = [f"{sums[name]:.1f}" if name in sums else "-" for name in ("p50_s", "p95_s", "max_s")]
    return [*times, f"{sums['lost']:.0f}"]
