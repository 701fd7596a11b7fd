"""A verdict as a person reads it, and as a program does."""

from datetime import UTC
from typing import Any

from include.freshness.standing import Standing, Verdict
from include.plain_text import span, table


def as_text(verdict: Verdict) -> str:
    """A table of all tables, and one line that sums it up."""
    rows = [
        (one.table, _instant(one), _behind(one), "LATE" if verdict.is_late(one) else "ok") for one in verdict.standings
    ]
    return f"{table(('table', 'stands at (UTC)', 'behind', ''), rows)}\n{_sum(verdict)}"


def as_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON values; `behind_s` and `stands_at` of a table never loaded are null."""
    return {
        "at": verdict.at.astimezone(UTC).isoformat(),
        "clock": verdict.clock,
        "limit_s": verdict.limit.total_seconds(),
        "late": [one.table for one in verdict.late],
        "tables": {
            one.table: {
                "stands_at": one.stands.astimezone(UTC).isoformat() if one.stands else None,
                "behind_s": one.behind_s,
                "late": verdict.is_late(one),
            }
            for one in verdict.standings
        },
    }


def _sum(verdict: Verdict) -> str:
    limit = f"{verdict.limit.total_seconds() / 60:g} min"
    by = f"by the {verdict.clock}'s clock"
    if not verdict.late:
        slowest = max(verdict.standings, key=lambda one: one.behind_s or 0.0)
        return f"Fresh: at most {_behind(slowest)} behind ({slowest.table}), {limit} allowed; {by}."
    parts = []
    if behind := [one.behind_s for one in verdict.late if one.behind_s is not None]:
        parts.append(f"up to {span(max(behind))} behind")
    if never := len(verdict.late) - len(behind):
        parts.append(f"{never} never loaded")
    tables = f"{len(verdict.late)} of {len(verdict.standings)} tables"
    return f"LATE: {tables} ({', '.join(parts)}), {limit} allowed; {by}."


def _instant(standing: Standing) -> str:
    return f"{standing.stands.astimezone(UTC):%Y-%m-%d %H:%M:%S}" if standing.stands else "never loaded"


def _behind(standing: Standing) -> str:
    return "-" if standing.behind_s is None else span(standing.behind_s)
