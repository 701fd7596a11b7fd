"""What the smoke test needs before it can begin, and what it leaves: nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import psycopg
from botocore.exceptions import BotoCoreError, ClientError

from include import testing
from include.airflow_api import AirflowApi
from include.environment import DAG_ID, TESTING
from include.errors import SettingError, TotesError
from include.smoke.deployment import Deployment
from include.smoke.listener import Listener, listen, remove_all
from include.smoke.verdict import Finding, Say
from include.warehouse.connection import Connection

NO_ANSWER = (TotesError, psycopg.Error, BotoCoreError, ClientError)
"""What a server that does not answer, or refuses, raises here."""

_CLAIM = "SELECT pg_try_advisory_lock(hashtextextended('totes smoke test', 0))"


@contextmanager
def claimed(deployment: Deployment) -> Iterator[Connection]:
    """The warehouse, for this smoke test alone; raises ``SettingError`` while another one has it."""
    with closing(deployment.connect()) as connection:
        if connection.execute(_CLAIM).fetchone() != (True,):
            raise SettingError(
                "the testing environment",
                found="another smoke test at work in it",
                expected="one at a time",
                remedy="wait for its end",
            )
        yield connection


def check_airflow(airflow: AirflowApi) -> None:
    """Raise ``SettingError`` unless the DAG is there, goes, knows environments, and has no run in testing under way.

    Airflow keeps a DAG for a while whose file it can no longer import: that it is there does not say that it goes.
    """
    for error in airflow.import_errors():
        if str(error["filename"]).endswith(f"{DAG_ID}.py"):
            found = str(error["stack_trace"]).strip().rpartition("\n")[2]
            _refuse(
                f"a file that is not imported: {found}",
                "one that is",
                "see the whole error in Airflow; on MWAA `python -m deploy rollback` brings the former one back",
            )
    dag = airflow.dag(DAG_ID)
    if dag is None:
        _refuse("no such DAG", "the DAG, imported without errors", "see its import errors in Airflow")
    elif dag["is_paused"]:
        _refuse("paused", "a DAG that goes", f"unpause it: its runs would wait for ever (`dags unpause {DAG_ID}`)")
    if "environment" not in airflow.get(f"dags/{DAG_ID}/details")["params"]:
        # It takes any conf, so that a run that asks for testing would load production.
        _refuse("no parameter `environment`", "a version that has it", "deploy one; nothing was triggered")
    for state in ("queued", "running"):
        for run in airflow.runs(DAG_ID, limit=100, state=state):
            if (run["conf"] or {}).get("environment") == TESTING.name:
                found = f"the run {run['dag_run_id']} in testing, {state}"
                _refuse(found, "no other run in testing", "wait for its end, or delete it")


def prepare(deployment: Deployment, connection: Connection, say: Say) -> Listener:
    """Remove what is in the testing environment, give it its dummy rows anew, and listen to the topic."""
    left = {what: remove() for what, remove in _removals(deployment).items()}
    if any(left.values()):
        say(f"removed what was left in testing: {_told(left)}")
    testing.prepare(connection)
    return listen(deployment.sns, deployment.sqs, deployment.topic)


def clean_up(deployment: Deployment, abandon: Callable[[], None]) -> Finding:
    """End what was begun and remove everything, each part whether or not another one can be."""
    failures: list[str] = []
    removed: dict[str, int] = {}
    with _noting(failures):
        abandon()  # first: a run that begins later would fill them anew
    for what, remove in _removals(deployment).items():
        with _noting(failures):
            removed[what] = remove()
    if failures:
        return Finding("; ".join(failures), "everything removed; the next smoke test removes what is left")
    return Finding(f"removed {_told(removed)}")


def _removals(deployment: Deployment) -> dict[str, Callable[[], int]]:
    """What lies in the testing environment, and the queues of smoke tests; each removal returns how many there were."""
    return {
        "rows": lambda: _clear(deployment),
        "objects": lambda: sum(testing.clear_lake(deployment.s3, bucket) for bucket in deployment.buckets),
        "queues": lambda: remove_all(deployment.sns, deployment.sqs, deployment.topic),
    }


def _clear(deployment: Deployment) -> int:
    with closing(deployment.connect()) as connection:
        return testing.clear(connection)


@contextmanager
def _noting(failures: list[str]) -> Iterator[None]:
    try:
        yield
    except NO_ANSWER as error:
        failures.append(" ".join(f"{type(error).__name__}: {error}".split()))


def _told(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {what if count != 1 else what.removesuffix('s')}" for what, count in counts.items())


def _refuse(found: str, expected: str, remedy: str) -> None:
    raise SettingError(f"Airflow's DAG {DAG_ID}", found=found, expected=expected, remedy=remedy)
