"""A client of Airflow's REST API, for whoever starts runs and asks about them from outside of Airflow."""

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from include.errors import SettingError, TotesError

ENDED = frozenset({"success", "failed"})
"""The states in which a run stays."""

_LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class AirflowUnavailable(TotesError):  # noqa: N818  the state of a server, not a mistake
    """Airflow does not answer, or refuses. No task of the pipeline raises it."""


class AirflowApi(ABC):
    """Airflow's REST API, whichever way leads to it. Answers are JSON objects as Airflow documents them.

    Every method raises ``AirflowUnavailable`` when Airflow does not answer or refuses, with what it said.
    """

    @abstractmethod
    def send(self, method: str, path: str, body: object = None) -> Any:
        """The answer to a request of `/api/v2/<path>`; None where it has no content."""

    def get(self, path: str) -> Any:
        """The answer to GET `/api/v2/<path>`."""
        return self.send("GET", path)

    def dag(self, dag_id: str) -> Mapping[str, Any] | None:
        """A DAG, or none while Airflow has not read its file."""
        found = self.get(f"dags?dag_id_pattern={quote(dag_id)}&limit=100")["dags"]
        return next((dag for dag in found if dag["dag_id"] == dag_id), None)

    def import_errors(self) -> list[Mapping[str, Any]]:
        """DAG files that do not import, with `filename` and `stack_trace`."""
        return list(self.get("importErrors")["import_errors"])

    def unpause(self, dag_id: str, *, paused: bool = False) -> None:
        """Let the scheduler run a DAG (or not)."""
        self.send("PATCH", f"dags/{dag_id}?update_mask=is_paused", {"is_paused": paused})

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
        return str(self.send("POST", f"dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def delete(self, dag_id: str, run_id: str) -> None:
        """Remove a run that is not running."""
        self.send("DELETE", f"dags/{dag_id}/dagRuns/{quote(run_id)}")

    def wait(self, dag_id: str, run_id: str, seconds: float = 300) -> str:
        """The state in which a run ended; ``AirflowUnavailable`` if it has not within `seconds`."""
        deadline, pause_s = time.monotonic() + seconds, 0.1
        while (state := str(self.run(dag_id, run_id)["state"])) not in ENDED:
            if time.monotonic() > deadline:
                raise AirflowUnavailable(
                    f"run {run_id} of {dag_id}",
                    found=f"{state} after {seconds:.0f} s",
                    expected="its end",
                    remedy="see in Airflow what it waits for",
                )
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
        self.send("POST", f"dags/{dag_id}/clearTaskInstances", body | chosen)


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: the token would go along, to whichever host. It is an answer that was not expected."""

    def redirect_request(self, *_: object) -> None:
        """None: urllib then raises what was answered."""


class WebServer(AirflowApi):
    """The API at a URL, with a bearer token, or as a user with a password (`POST /auth/token`).

    The machine's proxy settings hold for every address but its own. Raises ``SettingError`` for what is no
    HTTP address.
    """

    def __init__(self, url: str, user: str | None = None, password: str | None = None, *, token: str = "") -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username:
            raise SettingError(
                "Airflow's address",
                found=repr(url) if not parts.username else "an address with a login in it",
                expected="http://host:port or https://host",
                remedy="correct it; the login is given apart",
            )
        self.url = url.rstrip("/")
        self._login = {"username": user, "password": password}
        self._token = token
        self._opener = build_opener(_Stay(), *([ProxyHandler({})] if parts.hostname in _LOOPBACK else []))

    def send(self, method: str, path: str, body: object = None) -> Any:
        """The answer to a request of `/api/v2/<path>`."""
        if not self._token:
            self._token = self.request("POST", "/auth/token", self._login, {})["access_token"]
        return self.request(method, f"/api/v2/{path}", body, {"Authorization": f"Bearer {self._token}"})

    def request(self, method: str, path: str, body: object, headers: Mapping[str, str]) -> Any:
        """The answer to a request of any path, without the token."""
        payload = None if body is None else json.dumps(body).encode()
        request = Request(  # noqa: S310  http or https, as checked above
            f"{self.url}{path}", payload, {"Content-Type": "application/json", **headers}, method=method
        )
        try:
            with self._opener.open(request, timeout=30) as answer:
                text = answer.read()
                return json.loads(text) if text else None
        except HTTPError as error:
            # A refused login may be quoted by the refusal.
            said = "" if body is self._login else error.read().decode(errors="replace")[:500]
            raise self._unavailable(f"{error.code} {said or error.reason} to {method} {path}", "an answer") from None
        except (URLError, OSError) as error:
            raise self._unavailable(f"no answer ({error})", "Airflow's API server") from None
        except ValueError:
            raise self._unavailable(f"something else than JSON to {method} {path}", "Airflow's REST API") from None

    def _unavailable(self, found: str, expected: str) -> AirflowUnavailable:
        return AirflowUnavailable(
            f"Airflow at {self.url}",
            found=found,
            expected=expected,
            remedy="see that it runs, and that address and login are right",
        )
