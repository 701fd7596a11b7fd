"""The stack's own Airflow: its REST API, and whether it is well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from include.airflow_api import ENDED, AirflowUnavailable, WebServer
from local.errors import StackError

__all__ = ["ENDED", "AirflowApi"]


class AirflowApi(WebServer):
    """The REST API at `url`, as its admin. Every method raises `StackError` when Airflow does not answer or refuses."""

    def serves_tasks(self) -> bool:
        """Whether the API server answers tasks.

        Its first answer costs it seconds (it assembles that API then), which no task has to wait for after this.
        """
        return bool(self._health("/execution/health"))

    def healthy(self) -> bool:
        """Whether it serves, and database, scheduler, dag processor and triggerer all report healthy."""
        parts = self._health("/api/v2/monitor/health")
        return bool(parts) and all(part["status"] == "healthy" for part in parts.values())

    def request(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Any:
        """The answer to a request of any path, without the token."""
        try:
            return super().request(method, path, body, headers)
        except AirflowUnavailable as error:
            raise StackError(f"{error}; `make status` tells what runs.") from None

    def wait(self, dag_id: str, run_id: str, seconds: float = 300) -> str:
        """The state in which a run ended; `StackError` if it has not within `seconds`."""
        try:
            return super().wait(dag_id, run_id, seconds)
        except AirflowUnavailable as error:
            raise StackError(f"{error}: {self.url}") from None

    def task_log(self, dag_id: str, run_id: str, task_id: str, number: int) -> list[Mapping[str, Any]]:
        """What a task logged at one of its tries, an event each with `level`, `event` and maybe `error_detail`."""
        task = f"dags/{dag_id}/dagRuns/{quote(run_id)}/taskInstances/{quote(task_id)}"
        return list(self.get(f"{task}/logs/{number}?full_content=true")["content"])

    def _health(self, path: str) -> Mapping[str, Any]:
        try:
            found: Mapping[str, Any] = self.request("GET", path, None, {})
        except StackError:
            return {}
        return found
