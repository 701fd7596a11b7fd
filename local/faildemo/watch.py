"""Telling what happens in the stack while it happens: runs, tasks that fail, mails, messages."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from include.alerts.story.phrases import counted, listed
from include.environment import DAG_ID
from local.airflow_api import ENDED
from local.console import say
from local.faildemo.arrivals import Arrival, Arrivals
from local.faildemo.fault import Tasks
from local.stack import Stack

PAUSE_S = 0.5
_NAMED = 3


class Watch:
    """Everything that happens from the moment on at which this is made, printed line by line (the times are UTC)."""

    def __init__(self, stack: Stack) -> None:
        self._api = stack.api
        self._ended = {run["dag_run_id"] for run in self._api.runs(DAG_ID) if run["state"] in ENDED}
        self._runs: dict[str, str] = {}
        self._tasks: dict[tuple[str, str], tuple[str, int]] = {}
        self.arrivals = Arrivals(stack)
        self.retries = 0

    def tell(self, text: str) -> None:
        """Print a line with the time."""
        say(f"{datetime.now(UTC):%H:%M:%S}  {text}")

    def state(self, run_id: str) -> str | None:
        """The state of a run when it was last looked at."""
        return self._runs.get(run_id)

    def until(self, done: Callable[[], bool], seconds: float, at_each_look: Callable[[], str | None]) -> None:
        """Look twice a second until it is `done`, or until so many `seconds` are over."""
        deadline = time.monotonic() + seconds
        while True:
            if told := at_each_look():
                self.tell(told)
            self.look()
            if done() or time.monotonic() > deadline:
                return
            time.sleep(PAUSE_S)

    def look(self) -> None:
        """Tell whatever is other than at the last look."""
        for run in reversed(self._api.runs(DAG_ID, limit=5)):
            if run["dag_run_id"] not in self._ended:
                self._look_at(run)
        for arrival in self.arrivals.fresh():
            self._tell_arrival(arrival)

    def tasks(self, run_id: str) -> Tasks:
        """A run's tasks by id."""
        return {task["task_id"]: task for task in self._api.task_instances(DAG_ID, run_id)}

    def _look_at(self, run: Mapping[str, Any]) -> None:
        run_id, state = run["dag_run_id"], run["state"]
        tasks = self.tasks(run_id).values() if state != "queued" else []
        if state not in ENDED:
            self._tell_run(run_id, state)
        self._tell_failures(run_id, tasks)
        if state in ENDED:
            self._tell_run(run_id, state, _summed_up(tasks))
            self._ended.add(run_id)

    def _tell_run(self, run_id: str, state: str, more: str = "") -> None:
        if self._runs.get(run_id) != state:
            self._runs[run_id] = state
            self.tell(f"Run {run_id}: {state}{more}")

    def _tell_failures(self, run_id: str, tasks: Iterable[Mapping[str, Any]]) -> None:
        """Tell which tasks failed since the last look; those alike in one line.

        Not `report`, which fails whenever another one did.
        """
        alike: defaultdict[tuple[str, int, int], list[str]] = defaultdict(list)
        for task in (one for one in tasks if one["task_id"] != "report"):
            seen = (str(task["state"]), int(task["try_number"]))
            if self._tasks.get((run_id, task["task_id"])) != seen and seen[0] in {"up_for_retry", "failed"}:
                alike[*seen, int(task["max_tries"]) + 1].append(task["task_id"])
            self._tasks[run_id, task["task_id"]] = seen
        for (state, number, tries), names in sorted(alike.items()):
            again = state == "up_for_retry"
            self.retries += len(names) if again else 0
            named = listed(sorted(names), _NAMED)
            self.tell(
                f"  {named}: failed, try {number} of {tries}{'; tried again by itself' if again else ', for good'}"
            )

    def _tell_arrival(self, arrival: Arrival) -> None:
        kind = "mail   " if arrival.kind == "mail" else "message"
        self.tell(f"  {kind}  {arrival.subject}\n                     {arrival.url}")


def _summed_up(tasks: Iterable[Mapping[str, Any]]) -> str:
    states = [task["state"] for task in tasks if task["task_id"] != "report"]
    counts = {name: states.count(name) for name in ("failed", "upstream_failed")}
    parts = [
        f"{counted(counts['failed'], 'task')} failed" if counts["failed"] else "",
        f"{counts['upstream_failed']} did not start" if counts["upstream_failed"] else "",
    ]
    return f" ({', '.join(filter(None, parts))})" if any(parts) else ""
