"""What went wrong in a run: recorded by the tasks where it happens, put together for those who are told.

A task that fails leaves an XCom `failure`, in the words of its own process. One that left nothing was killed.
"""

import functools
import socket
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.sdk import conf, get_current_context
from airflow.sdk.bases.xcom import BaseXCom
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, DownstreamTasksSkipped

from include.environment import Environment, environment_named

if TYPE_CHECKING:
    from include.alerts.model import Failure

INTENDED = (AirflowFailException, AirflowSkipException, DownstreamTasksSkipped)
"""What a task raises on purpose."""

BEFORE = {"transform": "extract", "load": "extract"}
"""Where the rows were read that a later step of the group failed on."""


def recorded(step: Callable[..., Any]) -> Callable[..., Any]:
    """A task whose failure leaves an XCom."""

    @functools.wraps(step)
    def run(*arguments: Any, **named: Any) -> Any:
        try:
            return step(*arguments, **named)
        except INTENDED:
            raise
        except BaseException as error:
            context = get_current_context()
            context["ti"].xcom_push(key="failure", value=_observed(context["ti"], error))
            raise

    return run


def states(context: Mapping[str, Any]) -> dict[str, str | None]:
    """The state of every task of this run, of several ranges of a table each one's: `fact_sales_order.extract[2]`."""
    from airflow.sdk.execution_time.task_runner import RuntimeTaskInstance

    dag, run_id = context["dag"], context["run_id"]
    found = RuntimeTaskInstance.get_task_states(dag_id=dag.dag_id, run_ids=[run_id]).get(run_id, {})
    return {_named(dag, name, found): state for name, state in found.items()}


def name_of(context: Mapping[str, Any]) -> str:
    """What the task of this context is called where it is told of."""
    ti = context["ti"]
    if ti.map_index < 0:
        return str(ti.task_id)
    ranges = _ranges(context, ti.task_id.rpartition(".")[0])
    return f"{ti.task_id}[{ti.map_index}]" if ranges > 1 else str(ti.task_id)


def failure(context: Mapping[str, Any], name: str) -> "Failure":
    """What a failed task of this run left, or that it was killed."""
    from pydantic import TypeAdapter

    from include.alerts.model import Failure

    task_id, map_index = _parts(context["dag"], name)
    found = xcom(context, task_id, "failure", map_index) or _killed(context, task_id, map_index)
    rows_read = _rows_read(context, task_id, map_index)
    return TypeAdapter(Failure).validate_python({**found, "task_id": name, "rows_read": rows_read})


def timed_out(context: Mapping[str, Any]) -> "Failure":
    """The failure of a run none of whose tasks failed: it was ended because it took too long."""
    from include.alerts.model import Failure

    limit = context["dag"].dagrun_timeout
    return Failure(
        task_id="report",
        cause="timeout",
        try_number=1,
        tries=1,
        failed_at=datetime.now(UTC),
        error_lines=(f"the run did not end within {limit} ({context.get('reason')})",),
        log_url=run_url(context),
    )


def run_url(context: Mapping[str, Any]) -> str:
    """The run in Airflow's user interface."""
    from include.alerts import links

    base = conf.get("api", "base_url", fallback="http://localhost:8080")
    return links.run_url(base, context["dag"].dag_id, context["run_id"])


def environment_of(context: Mapping[str, Any]) -> Environment:
    """The environment that a run belongs to: production, unless its form or its conf says testing."""
    return environment_named(context["params"]["environment"])


def xcom(context: Mapping[str, Any], task_id: str, key: str, map_index: int = -1) -> Any:
    """A task's XCom in this run, or None."""
    where = {"dag_id": context["dag"].dag_id, "run_id": context["run_id"], "task_id": task_id}
    return BaseXCom.get_one(key=key, map_index=map_index, **where)


def _rows_read(context: Mapping[str, Any], task_id: str, map_index: int) -> int | None:
    """The rows that the extracts before a step had read."""
    table, _, step = task_id.rpartition(".")
    if step not in BEFORE:
        return None
    before = f"{table}.{BEFORE[step]}"
    indexes = [map_index]
    if map_index < 0 and context["dag"].get_task(before).is_mapped:
        indexes = list(range(_ranges(context, table)))
    found = [xcom(context, before, "return_value", index) for index in indexes]
    return sum(record["rows_read"] for record in found) if found and all(found) else None


def _ranges(context: Mapping[str, Any], table: str) -> int:
    """Into how many ranges this run split the read of a table."""
    return len(xcom(context, f"{table}.split", "return_value") or ())


def _named(dag: Any, name: str, all_names: Collection[str]) -> str:
    """A task's name out of Airflow's, which for a mapped one is `<task id>_<map index>`."""
    if name in dag.task_dict:
        return name
    task_id, _, map_index = name.rpartition("_")
    return f"{task_id}[{map_index}]" if f"{task_id}_1" in all_names else task_id


def _parts(dag: Any, name: str) -> tuple[str, int]:
    """A task's id and its map index, -1 where it is not mapped."""
    task_id, _, map_index = name.removesuffix("]").partition("[")
    if map_index:
        return task_id, int(map_index)
    return task_id, 0 if dag.get_task(task_id).is_mapped else -1


def _observed(ti: Any, error: BaseException) -> dict[str, Any]:
    from include.alerts.causes import cause_of
    from include.alerts.scrub import error_name, last_lines
    from totes_connections import secrets

    return {
        "cause": cause_of(error),
        "try_number": ti.try_number,
        "tries": ti.max_tries + 1,
        "failed_at": datetime.now(UTC).isoformat(),
        "host": socket.gethostname(),
        "error_type": error_name(error),
        "error_lines": list(last_lines(error, secrets())),
        "remedy": getattr(error, "remedy", None),
        "log_url": ti.log_url,
    }


def _killed(context: Mapping[str, Any], task_id: str, map_index: int) -> dict[str, Any]:
    tries = context["dag"].get_task(task_id).retries + 1
    mapped = "" if map_index < 0 else f"/mapped/{map_index}"
    return {
        "cause": "killed",
        "try_number": tries,
        "tries": tries,
        "failed_at": datetime.now(UTC),
        "log_url": f"{run_url(context)}/tasks/{task_id}{mapped}?try_number={tries}",
    }
