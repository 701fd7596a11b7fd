"""A late run through a real Airflow: its scheduler and triggerer, the real SNS API, and a queue that listens."""

import json
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.alerts import record
from local.aws import ALERTS_TOPIC_ARN
from local.stack import Stack
from tests.airflow_runs import on_copy
from tests.subscriber import Subscriber, subscribe

pytestmark = pytest.mark.airflow

DEADLINES = """
    SELECT c.state, c.output, d.missed FROM deadline d JOIN callback c ON c.id = d.callback_id
    JOIN dag_run r ON r.id = d.dagrun_id WHERE r.dag_id = %s AND r.run_id = %s"""


@dataclass(frozen=True, repr=False)
class Late:
    """The running stack, its DAG folder, and the messages that arrived in a queue so far."""

    stack: Stack
    dags: Path
    subscriber: Subscriber
    envelopes: list[dict[str, Any]]

    def messages(self, run_id: str) -> list[dict[str, Any]]:
        """The messages about a run that the queue received until now, as SNS wrapped them."""
        sqs, queue = self.subscriber.client, self.subscriber.queue
        while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                self.envelopes.append(json.loads(message["Body"]))
                sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [envelope for envelope in self.envelopes if run_id in envelope["Message"]]

    def deadlines(self, dag_id: str, run_id: str) -> list[tuple[str | None, Any, bool]]:
        """State and outcome of the callback of each of the run's deadlines, and whether it was missed."""
        with psycopg.connect(self.stack.conninfo("airflow", "airflow")) as connection:
            return connection.execute(DEADLINES, (dag_id, run_id)).fetchall()

    def outcomes(self, dag_id: str, run_id: str, number: int) -> list[str]:
        """What the callbacks of a run said, as soon as `number` of them have ended well."""

        def ended() -> list[str]:
            return [str(output) for state, output, _ in self.deadlines(dag_id, run_id) if state == "success"]

        wait_for(lambda: len(ended()) == number, lambda: self.deadlines(dag_id, run_id))
        return sorted(ended())

    def paused(self, dag_id: str, *, paused: bool) -> None:
        self.stack.api.unpause(dag_id, paused=paused)

    def first_run(self, dag_id: str) -> str:
        """The id of a DAG's first run, once there is one."""
        wait_for(lambda: bool(self.stack.api.runs(dag_id)), lambda: "no run")
        return str(self.stack.api.runs(dag_id)[-1]["dag_run_id"])


def wait_for(holds: Callable[[], bool], said: Callable[[], object], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, said()
        time.sleep(0.3)


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory, prepared_stack: Path) -> Iterator[Late]:
    dags = tmp_path_factory.mktemp("dags")
    shutil.copy(Path(__file__).with_name("late_dags.py"), dags)
    with on_copy(prepared_stack, dags_folder=dags) as stack:
        stack.start_servers()
        aws, secrets = stack.aws, stack.secrets
        subscriber = subscribe(aws.sns(secrets), aws.sqs(secrets), ALERTS_TOPIC_ARN)
        stack.start_airflow()
        wait_for(lambda: stack.api.dag("backfilled") is not None, stack.api.import_errors)
        yield Late(stack, dags, subscriber, [])


def test_a_late_scheduled_run_is_told_once_with_what_is_done_and_what_waits(late: Late):
    time.sleep(20 - time.time() % 20 + 0.5)  # the run starts right after it was due, so that some tables get done
    late.paused("late", paused=False)
    run_id = late.first_run("late")
    assert late.outcomes("late", run_id, 1)[0].startswith("told as SNS message ")
    wait_for(lambda: bool(late.messages(run_id)), lambda: "no message")
    (message,) = late.messages(run_id)
    alert = record.from_json(message["Message"])
    assert alert.event == "deadline_missed"
    assert (alert.dag_id, alert.run_id, alert.environment, alert.severity) == ("late", run_id, "production", "error")
    assert alert.facts.done == ("dim_design", "dim_staff")
    assert alert.tables == alert.facts.waiting == ("fact_payment", "fact_sales_order")
    assert (alert.facts.watcher, alert.facts.run_state, alert.facts.limit_minutes) == ("run", "running", 30)
    assert alert.facts.run_url == f"{late.stack.airflow.url}/dags/late/runs/{run_id}"
    run = late.stack.api.run("late", run_id)
    assert run["run_type"] == "scheduled"
    assert alert.facts.due_at == datetime.fromisoformat(run["run_after"])
    assert alert.happened_at == alert.facts.due_at + timedelta(seconds=20)
    told_at = datetime.fromisoformat(message["Timestamp"])
    assert timedelta() < told_at - alert.happened_at < timedelta(seconds=60)
    assert message["MessageAttributes"]["event"]["Value"] == "deadline_missed"
    assert message["MessageAttributes"]["environment"]["Value"] == "production"


def test_of_four_callbacks_at_once_one_tells(late: Late):
    late.paused("raced", paused=False)
    run_id = late.stack.api.trigger("raced")
    outcomes = late.outcomes("raced", run_id, 4)
    assert [outcome.partition(" as ")[0] for outcome in outcomes] == ["told already"] * 3 + ["told"]
    time.sleep(2)
    assert len(late.messages(run_id)) == 1


def test_a_run_that_ended_in_time_is_not_told(late: Late):
    run_id = late.stack.api.trigger("in_time")
    assert [missed for _, _, missed in late.deadlines("in_time", run_id)] == [False]
    late.paused("in_time", paused=False)
    assert late.stack.api.wait("in_time", run_id) == "success"
    wait_for(lambda: late.deadlines("in_time", run_id) == [], lambda: late.deadlines("in_time", run_id))
    assert late.messages(run_id) == []


def test_a_run_that_failed_before_its_deadline_is_not_told_as_late(late: Late):
    late.paused("failed", paused=False)
    run_id = late.stack.api.trigger("failed")
    assert late.stack.api.wait("failed", run_id) == "failed"
    assert [missed for _, _, missed in late.deadlines("failed", run_id)] == [False]
    assert late.outcomes("failed", run_id, 1) == ["nothing to tell, the run has ended: failed"]
    assert late.messages(run_id) == []


def test_a_backfill_has_no_deadline(late: Late):
    day = "2024-11-05T00:00:00Z"
    late.stack.api.send("POST", "backfills", {"dag_id": "backfilled", "from_date": day, "to_date": day})
    run_id = late.first_run("backfilled")
    late.paused("backfilled", paused=False)
    wait_for(lambda: late.stack.api.run("backfilled", run_id)["state"] == "running", lambda: "not started")
    time.sleep(8)  # twice what a deadline of the others needs from its passing to its message
    assert run_id.startswith("backfill__")
    assert late.stack.api.run("backfilled", run_id)["state"] == "running"
    assert late.deadlines("backfilled", run_id) == []
    assert late.messages(run_id) == []
