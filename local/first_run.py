"""Waiting for the pipeline's first successful run, telling how far it is."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from include.environment import DAG_ID
from local.airflow_api import ENDED, AirflowApi
from local.console import span, step
from local.errors import StackError

LAST_STEP = "load"
"""The task of a table's group after which its rows are in the warehouse."""

_PATIENCE_S = 900
_LINES = 12


def ensure(api: AirflowApi, task_logs: Path | None) -> Mapping[str, Any]:
    """The newest successful run; waits for the first one if there is none yet.

    `task_logs` is the folder of the tasks' logs; where there is none on this machine, Airflow is asked for them.
    Raises `StackError` if the DAG does not import, or if the run fails: which task, where its log is, and the log's
    last lines.
    """
    known = _wait_for_dag(api)
    api.unpause(DAG_ID)
    if done := api.runs(DAG_ID, limit=1, state="success"):
        return done[0]
    run_id = _wait_for_start(api, fresh=known["is_paused"])
    _follow(api, run_id)
    run = api.run(DAG_ID, run_id)
    if run["state"] != "success":
        raise StackError(_failure(api, run_id, task_logs))
    return run


def table_of(task_id: str) -> str:
    """The warehouse table whose group a task is in; the task's own id if it is in none."""
    return task_id.rpartition(".")[0] or task_id


def _wait_for_dag(api: AirflowApi, seconds: float = 120) -> Mapping[str, Any]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if dag := api.dag(DAG_ID):
            return dag
        if broken := api.import_errors():
            files = "\n".join(f"{error['filename']}:\n{error['stack_trace']}" for error in broken)
            raise StackError(f"Airflow cannot import the DAG; correct it and call `make run` again.\n{files}")
        time.sleep(0.3)
    raise StackError(f"Airflow has not found DAG {DAG_ID} within {seconds:.0f} s; see `make logs OF=dag-processor`.")


def _wait_for_start(api: AirflowApi, *, fresh: bool, seconds: float = 30) -> str:
    """The run to wait for. A DAG that was just unpaused runs its latest slot at once; else one is triggered."""
    deadline = time.monotonic() + seconds
    while fresh and time.monotonic() < deadline and not api.runs(DAG_ID, limit=1):
        time.sleep(0.2)
    newest = api.runs(DAG_ID, limit=1)
    if newest and newest[0]["state"] not in ENDED:
        return str(newest[0]["dag_run_id"])
    if fresh and newest:
        return str(newest[0]["dag_run_id"])
    return api.trigger(DAG_ID)


def _follow(api: AirflowApi, run_id: str) -> None:
    """Print each table as it is loaded, until the run ends."""
    step(f"The first run has started: {run_id}")
    told: set[str] = set()
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        state = api.run(DAG_ID, run_id)["state"]
        tasks = api.task_instances(DAG_ID, run_id)
        groups = {table_of(task["task_id"]) for task in tasks if "." in task["task_id"]}
        for table in sorted(_loaded(tasks) - told):
            told.add(table)
            step(f"  {table} is in the warehouse ({len(told)} of {len(groups)})")
        if state in ENDED:
            return
        if time.monotonic() > deadline:
            raise StackError(f"The run has not ended within {span(_PATIENCE_S)}; see {api.url}.")
        time.sleep(1)  # every question costs the API server what the tasks need


def _loaded(tasks: list[Mapping[str, Any]]) -> set[str]:
    return {
        table_of(task["task_id"])
        for task in tasks
        if task["task_id"].endswith(f".{LAST_STEP}") and task["state"] == "success"
    }


def _failure(api: AirflowApi, run_id: str, task_logs: Path | None) -> str:
    failed = [task for task in api.task_instances(DAG_ID, run_id) if task["state"] == "failed"]
    parts = [f"The run {run_id} failed: {', '.join(task['task_id'] for task in failed) or 'no task did'}."]
    for task in failed[:3]:
        name, number = str(task["task_id"]), int(task["try_number"])
        if task_logs is None:
            log = f"its log, which is in {api.url}/dags/{DAG_ID}/runs/{run_id}/tasks/{name}"
            end = _indented(_told(event) for event in api.task_log(DAG_ID, run_id, name, number)[-_LINES:])
        else:
            file = task_logs.joinpath(
                f"dag_id={DAG_ID}", f"run_id={run_id}", f"task_id={name}", f"attempt={number}.log"
            )
            log, end = str(file), _readable_end(file)
        parts.append(f"{name}: the end of {log}:\n{end}")
    parts.append("Correct what it says, then call `make run` again: it starts another run.")
    return "\n\n".join(parts)


def _readable_end(log: Path) -> str:
    """The last lines of a task's log, which Airflow writes as JSON, one event a line."""
    if not log.exists():
        return "  (the task left no log; see `make logs OF=scheduler`)"
    return _indented(map(_readable, log.read_text(errors="replace").splitlines()[-_LINES:]))


def _indented(lines: Iterable[str]) -> str:
    return "\n".join(f"  {line}" for line in lines)


def _readable(line: str) -> str:
    try:
        return _told(json.loads(line))
    except ValueError:
        return line


def _told(event: Mapping[str, Any]) -> str:
    raised = "".join(f"\n    {e['exc_type']}: {e['exc_value']}" for e in event.get("error_detail") or [])
    return f"{event.get('level', '')} {event.get('event', '')}{raised}"
