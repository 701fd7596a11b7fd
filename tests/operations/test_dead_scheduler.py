"""A scheduler that is dead says nothing; the check from outside of Airflow does, within a minute."""

import time
from datetime import timedelta
from typing import Any

import boto3
import pytest

from include.freshness.__main__ import main
from local.aws import ALERTS_TOPIC_ARN
from local.commands import freshness_environment
from tests.airflow_runs import DAG, AirflowRuns
from tests.subscriber import Subscriber, subscribe

pytestmark = pytest.mark.airflow

LIMIT = timedelta(seconds=20)  # instead of half an hour


def until(code: int, seconds: float) -> None:
    """Check, as cron does, until the exit code is ``code``."""
    deadline = time.monotonic() + seconds
    while (found := main(["--quiet"], limit=LIMIT)) != code:
        assert time.monotonic() < deadline, f"still {found} after {seconds:.0f} s"
        time.sleep(2)


def told(listener: Subscriber) -> list[dict[str, Any]]:
    """What the check told since the last call; the runs tell things, too."""
    return [alert for alert in listener.received() if alert["incident"] == "freshness"]


def test_a_dead_scheduler_is_told_within_a_minute_and_so_is_its_return(
    airflow: AirflowRuns, monkeypatch: pytest.MonkeyPatch
):
    stack = airflow.stack
    for name, value in freshness_environment(stack).items():
        monkeypatch.setenv(name, value)
    listener = subscribe(boto3.Session().client("sns"), boto3.Session().client("sqs"), ALERTS_TOPIC_ARN)
    stack.api.unpause(DAG)
    airflow.trigger()
    assert main([], limit=LIMIT) == 0

    stack.supervisor.stop_program("scheduler")
    waiting = stack.api.trigger(DAG)
    until(1, 60)
    assert main([], limit=LIMIT) == 1
    (missed,) = told(listener)
    assert (missed["event"], missed["facts"]["watcher"], len(missed["tables"])) == ("deadline_missed", "freshness", 10)
    assert stack.api.run(DAG, waiting)["state"] == "queued"

    stack.supervisor.start_program("scheduler")
    airflow.wait(waiting)
    until(0, 60)
    assert main([], limit=LIMIT) == 0
    (recovered,) = told(listener)
    assert (recovered["event"], recovered["facts"]["cause"]) == ("recovered", "freshness")
