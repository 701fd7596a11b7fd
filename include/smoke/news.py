"""The notifications that must arrive, spelled out, and how one that arrived differs from them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from include.environment import DAG_ID, TESTING
from include.smoke.listener import Notification
from include.smoke.verdict import Finding

Counts = tuple[int, int, int, int]
"""Rows new, revised, deleted and quarantined."""

_COUNTED = ("rows_new", "rows_revised", "rows_deleted", "rows_quarantined")


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A notification that must arrive; its subject begins with ``headline``, its ``facts`` are those of its event."""

    event: str
    severity: str
    run_id: str
    tables: tuple[str, ...]
    headline: str
    facts: Mapping[str, Any]


def loaded(run_id: str, rows: Mapping[str, Counts]) -> Expected:
    """A run that loaded these tables, and nothing else."""
    tables = tuple(sorted(rows))
    of = tables[0] if len(tables) == 1 else f"{len(tables)} tables"
    return Expected(
        event="loaded",
        severity="info",
        run_id=run_id,
        tables=tables,
        headline=f"LOADED {of}: {told_rows(rows)} - ",
        facts={table: list(counts) for table, counts in rows.items()},
    )


def told_rows(rows: Mapping[str, Counts]) -> str:
    """`3 new, 1 revised`: what is not nought."""
    sums = map(sum, zip(*rows.values(), strict=True))
    return ", ".join(
        f"{count:,} {name.removeprefix('rows_')}" for name, count in zip(_COUNTED, sums, strict=True) if count
    )


def failed(run_id: str, task_id: str, cause: str, error_type: str) -> Expected:
    """A run one task of which failed, once and for all, at its first try."""
    return Expected(
        event="failed",
        severity="error",
        run_id=run_id,
        tables=(task_id.partition(".")[0],),
        headline=f"FAILED {task_id} - try 1/",
        facts={"cause": cause, "failures": [[task_id, error_type]]},
    )


def recovered(run_id: str, failed_run: str, table: str, cause: str) -> Expected:
    """The run that ended what an earlier one had told of."""
    return Expected(
        event="recovered",
        severity="info",
        run_id=run_id,
        tables=(table,),
        headline=f"RECOVERED {table} after ",
        facts={"cause": cause, "failed_run": failed_run},
    )


def compare(arrived: Sequence[Notification], expected: Sequence[Expected]) -> Finding:
    """Whether exactly the expected notifications arrived, and nothing of them is otherwise."""
    events, wanted = sorted(_event(one) for one in arrived), sorted(one.event for one in expected)
    if events != wanted:
        return Finding(f"{len(arrived)} arrived{_listed(events)}", f"{len(wanted)}{_listed(wanted)}")
    pairs = zip(sorted(arrived, key=_event), sorted(expected, key=lambda one: one.event), strict=True)
    differences = [difference for one, wanted_one in pairs for difference in _differences(one, wanted_one)]
    if differences:
        found, must = zip(*differences, strict=True)
        return Finding("; ".join(found), "; ".join(must))
    subjects = (one.subject.partition("] ")[2] for one in arrived)
    return Finding("; ".join(subjects) or "none, as it must be")


def _event(notification: Notification) -> str:
    return str(notification.record.get("event"))


def _listed(events: Sequence[str]) -> str:
    return f": {', '.join(events)}" if events else ""


def _differences(arrived: Notification, expected: Expected) -> list[tuple[str, str]]:
    """What is otherwise: pairs of what was found and what was expected."""
    found, wanted = _as_found(arrived, len(expected.headline)), _as_wanted(expected)
    return [
        (f"{expected.event}: {name} is {found[name]!r}", f"{name} {wanted[name]!r}")
        for name in wanted
        if found[name] != wanted[name]
    ]


def _as_wanted(expected: Expected) -> dict[str, Any]:
    common = {"environment": TESTING.name, "severity": expected.severity, "dag_id": DAG_ID}
    return {
        **common,
        "schema_version": 1,
        "run_id": expected.run_id,
        "tables": list(expected.tables),
        "subject": f"[totes {TESTING.name}] {expected.headline}",
        "attributes": {**common, "event": expected.event, "table": list(expected.tables)},
        "facts": dict(expected.facts),
    }


def _as_found(arrived: Notification, headline: int) -> dict[str, Any]:
    record = arrived.record
    own = ("environment", "severity", "dag_id", "schema_version", "run_id", "tables")
    table = json.loads(arrived.attributes.get("table", "[]"))
    return {
        **{name: record.get(name) for name in own},
        "subject": arrived.subject[: len(f"[totes {TESTING.name}] ") + headline],
        "attributes": {**arrived.attributes, "table": table},
        "facts": _facts(_event(arrived), record.get("facts", {})),
    }


def _facts(event: str, facts: Mapping[str, Any]) -> dict[str, Any]:
    """What of an alert's facts does not depend on when and where it happened."""
    if event == "loaded":
        return {load["table"]: [load[name] for name in _COUNTED] for load in facts.get("loads", [])}
    if event == "failed":
        failures = [[one["task_id"], one["error_type"]] for one in facts.get("failures", [])]
        return {"cause": facts.get("cause"), "failures": failures}
    return {name: facts.get(name) for name in ("cause", "failed_run")}
