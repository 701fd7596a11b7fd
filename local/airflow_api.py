"""A small client of Airflow's REST API: what `make run`, `make status` and the integration tests ask."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote
from urllib.request import ProxyHandler, Request, build_opener

from local.errors import StackError

ENDED = frozenset({"success", "failed"})
"""The states in which a run stays."""

_DIRECT = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class AirflowApi:
    """The REST API at `url`, as its admin. Answers are JSON objects as Airflow documents them.

    Every method raises `StackError` when Airflow does not answer or refuses, with what it said.
    """

    url: str
    user: str
    password: str = field(repr=False)
    _token: list[str] = field(default_factory=list, repr=False)

    def serves_tasks(self) -> bool:
        """Whether the API server answers tasks.

        Its first answer costs it seconds (it assembles that API then), which no task has to wait for after this.
        """
        return bool(self._health("/execution/health"))

    def healthy(self) -> bool:
        """Whether it serves, and database, scheduler, dag processor and triggerer all report healthy."""
        parts = self._health("/api/v2/monitor/health")
        return bool(parts) and all(part["status"] == "healthy" for part in parts.values())

    def _health(self, path: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = self._send("GET", path, None, {})
        except StackError:
            return {}
        return found

    def get(self, path: str) -> Any:
        """The answer to GET `/api/v2/<path>`."""
        return self._authorized("GET", path, None)

    def dag(self, dag_id: str) -> Mapping[str, Any] | None:
        """A DAG, or none while Airflow has not read its file."""
        found = self.get("dags?limit=100")["dags"]
        return next((dag for dag in found if dag["dag_id"] == dag_id), None)

    def import_errors(self) -> list[Mapping[str, Any]]:
        """DAG files that do not import, with `filename` and `stack_trace`."""
        return list(self.get("importErrors")["import_errors"])

    def unpause(self, dag_id: str, *, paused: bool = False) -> None:
        """Let the scheduler run a DAG (or not)."""
        self._authorized("PATCH", f"dags/{dag_id}?update_mask=is_paused", {"is_paused": paused})

    def runs(self, dag_id: str, limit: int = 10, state: str | None = None) -> list[Mapping[str, Any]]:
        """The newest runs, newest first; only those in `state`, if given."""
        only = f"&state={state}" if state else ""
        return list(self.get(f"dags/{dag_id}/dagRuns?order_by=-run_after&limit={limit}{only}")["dag_runs"])

    def run(self, dag_id: str, run_id: str) -> Mapping[str, Any]:
        """One run."""
        found: Mapping[str, Any] = self.get(f"dags/{dag_id}/dagRuns/{quote(run_id)}")
        return found

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None) -> str:
        """Start a run by hand (without a logical date); returns its run_id."""
        body = {"logical_date": None, "conf": dict(conf or {})}
        return str(self._authorized("POST", f"dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def wait(self, dag_id: str, run_id: str, seconds: float = 300) -> str:
        """The state in which a run ended; `StackError` if it has not within `seconds`."""
        deadline, pause_s = time.monotonic() + seconds, 0.1
        while (state := str(self.run(dag_id, run_id)["state"])) not in ENDED:
            if time.monotonic() > deadline:
                raise StackError(f"Run {run_id} of {dag_id} is still {state} after {seconds:.0f} s; see {self.url}.")
            time.sleep(pause_s)
            pause_s = min(pause_s * 1.3, 1.0)  # every question costs the API server what the tasks need
        return state

    def task_instances(self, dag_id: str, run_id: str) -> list[Mapping[str, Any]]:
        """Every task of a run: `task_id`, `state`, `duration` (seconds), `start_date`, `try_number` and more."""
        return list(self.get(f"dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances?limit=1000")["task_instances"])

    def task_states(self, dag_id: str, run_id: str) -> dict[str, str | None]:
        """The state of every task of a run by its id."""
        return {task["task_id"]: task["state"] for task in self.task_instances(dag_id, run_id)}

    def clear(self, dag_id: str, run_id: str, task_ids: Sequence[str] | None = None) -> None:
        """Have a run's tasks (all, or `task_ids` with what follows them) executed again."""
        body = {"dry_run": False, "dag_run_id": run_id, "only_failed": False, "reset_dag_runs": True}
        chosen = {"task_ids": list(task_ids), "include_downstream": True} if task_ids else {}
        self._authorized("POST", f"dags/{dag_id}/clearTaskInstances", body | chosen)

    def _authorized(self, method: str, path: str, body: object) -> Any:
        if not self._token:
            asked = {"username": self.user, "password": self.password}
            self._token.append(self._send("POST", "/auth/token", asked, {})["access_token"])
        return self._send(method, f"/api/v2/{path}", body, {"Authorization": f"Bearer {self._token[0]}"})

    def _send(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Any:
        payload = None if body is None else json.dumps(body).encode()
        request = Request(  # noqa: S310 # always http to our own loopback port
            f"{self.url}{path}",
            payload,
            {"Content-Type": "application/json", **headers},
            method=method,
        )
        try:
            with _DIRECT.open(request, timeout=30) as answer:
                return json.load(answer)
        except HTTPError as error:
            said = error.read().decode(errors="replace")[:500]
            raise StackError(f"Airflow refused {method} {path}: {error.code} {said}") from None
        except (URLError, OSError) as error:
            raise StackError(f"Airflow does not answer at {self.url} ({error}); see `make status`.") from None
