"""The smoke test's runs: triggered in testing, waited for behind the schedule's, and not left behind."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from include.airflow_api import ENDED, AirflowApi, AirflowUnavailable
from include.catalog import SOURCE_FED
from include.environment import DAG_ID, TESTING
from include.plain_text import span
from include.smoke.verdict import Finding, Say

_SAY_EVERY_S = 30
_END_WITHIN_S = 300
"""So long a run that nobody waits for any more may go on before its rows are removed under it."""

TABLES = [table.name for table in SOURCE_FED]
"""Those that dummy rows are there for."""


@dataclass
class Runs:
    """The runs triggered so far, in order. Each may take ``patience_s``, its time in the queue included."""

    airflow: AirflowApi
    say: Say
    patience_s: float
    ids: list[str] = field(default_factory=list)

    @property
    def latest(self) -> str:
        """The id of the run triggered last."""
        return self.ids[-1]

    def succeeds(self) -> Finding:
        """Trigger a run and wait: it must load all that changed."""
        state = self._complete()
        states = self.airflow.task_states(DAG_ID, self.latest)
        if state == "success":
            return Finding(f"success, {_count(states, 'success')} of {len(states)} tasks had something to do")
        return Finding(f"{state} ({_told(states)})", "success")

    def fails(self, task_id: str) -> Finding:
        """Trigger a run and wait: it must fail by one task, and all that does not need it must be well."""
        state = self._complete()
        states = self.airflow.task_states(DAG_ID, self.latest)
        behind = {name for name, found in states.items() if found == "upstream_failed"}
        failed = {name for name, found in states.items() if found == "failed"}
        table = task_id.partition(".")[0]
        expected = {task_id, "report"}
        if state == "failed" and failed == expected and all(name.startswith(f"{table}.") for name in behind):
            return Finding(f"failed, by {task_id} alone")
        return Finding(f"{state} ({_told(states)})", f"failed, by {task_id} alone, and therefore its table and report")

    def abandon(self) -> None:
        """See that the latest run has ended, or never begins; raises ``AirflowUnavailable`` if that cannot be."""
        if not self.ids:
            return
        state = self.airflow.run(DAG_ID, self.latest)["state"]
        if state == "queued" and self._deleted():
            return
        if state not in ENDED:
            self.say(f"waiting for the end of {self.latest}, before what it stands on is removed")
            self.airflow.wait(DAG_ID, self.latest, seconds=_END_WITHIN_S)

    def _deleted(self) -> bool:
        try:
            self.airflow.delete(DAG_ID, self.latest)
        except AirflowUnavailable:  # it has just begun
            return False
        return True

    def _complete(self) -> str:
        """The state in which a run of all tables ended, or the one it is in when patience ends."""
        self.ids.append(self.airflow.trigger(DAG_ID, {"environment": TESTING.name, "tables": TABLES}))
        self.say(f"triggered {self.latest}")
        started = told = time.monotonic()
        while (state := str(self.airflow.run(DAG_ID, self.latest)["state"])) not in ENDED:
            now = time.monotonic()
            if now - started > self.patience_s:
                return f"{state} after {span(self.patience_s)}"
            if now - told > (_SAY_EVERY_S if told > started else 2):
                told = now
                self.say(self._waits_for(state))
            time.sleep(min(0.5 + (now - started) / 20, 2))  # every question costs Airflow what the tasks need
        return state

    def _waits_for(self, state: str) -> str:
        if state != "queued":
            return f"{self.latest} is {state}"
        ahead = [run["dag_run_id"] for run in self.airflow.runs(DAG_ID, state="running")]
        return f"{self.latest} waits in the queue" + (f" behind {', '.join(ahead)}" if ahead else "")


def _count(states: Mapping[str, str | None], state: str) -> int:
    return sum(found == state for found in states.values())


def _told(states: Mapping[str, str | None]) -> str:
    """How many tasks are in which state, the failed ones by name."""
    failed = [name for name, state in states.items() if state == "failed"]
    counted = [f"{_count(states, state)} {state}" for state in sorted({str(found) for found in states.values()})]
    return ", ".join(counted) + (f"; failed: {', '.join(failed)}" if failed else "")
