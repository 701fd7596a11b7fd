"""A run that is not done in time: whether anybody should hear of it, what is done, and what waits."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from include.alerts.model import Alert, DeadlineMissed, Event

_LOAD = ".load"
# A group without changes is skipped as a whole: its table is as far as its source.
_DONE = frozenset({"success", "skipped"})
_ENDED = frozenset({"success", "failed"})


def silence(run: Mapping[str, Any], state: str) -> str | None:
    """Why nobody should hear of a run whose deadline has passed; None if they should.

    ``run`` is a run as Airflow's REST API describes it, ``state`` its state now.
    """
    if state in _ENDED:
        return f"the run has ended: {state}"
    if run["run_type"] == "backfill":
        return "a backfill is late by nature"
    return None


def progress(states: Mapping[str, str | None]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The tables that are done and those that wait, each sorted, from the state of every task of the run.

    Done is a table whose load succeeded or was skipped because nothing changed.
    """
    loads = {
        task.removesuffix(_LOAD): state for task, state in states.items() if task.endswith(_LOAD) and state != "removed"
    }
    done = {table for table, state in loads.items() if state in _DONE}
    return tuple(sorted(done)), tuple(sorted(loads.keys() - done))


def alert(
    run: Mapping[str, Any],
    state: str,
    states: Mapping[str, str | None],
    *,
    passed_at: datetime,
    limit_minutes: int,
    run_url: str,
) -> Alert:
    """The alert of a run that was not done at ``passed_at``, ``limit_minutes`` after it was due."""
    done, waiting = progress(states)
    run_id = run["dag_run_id"]
    return Alert(
        alert_id=f"{Event.DEADLINE_MISSED}/{run_id}",
        event=Event.DEADLINE_MISSED,
        environment=(run.get("conf") or {}).get("environment", "production"),
        dag_id=run["dag_id"],
        run_id=run_id,
        happened_at=passed_at,
        tables=waiting,
        facts=DeadlineMissed(
            watcher="run",
            due_at=datetime.fromisoformat(run["run_after"]),
            limit_minutes=limit_minutes,
            done=done,
            waiting=waiting,
            behind_s={},
            run_state=state,
            run_url=run_url,
        ),
    )
