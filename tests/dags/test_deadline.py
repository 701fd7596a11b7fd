"""The deadline's callback against the real S3 and SNS API, and how the DAG is wired to it."""

import asyncio
import io
import json
import logging
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import boto3
import pytest
from airflow.dag_processing.dagbag import DagBag
from airflow.serialization.serialized_objects import DagSerialization
from botocore.exceptions import ReadTimeoutError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from include import object_keys
from include.alerts import record, spool
from include.object_store import ObjectStore
from local.aws import REGION
from local.settings import ROOT
from tests.alerts import samples
from tests.ports import free_port
from tests.subscriber import subscribe

sys.path.insert(0, str(ROOT / "plugins"))

import totes_deadline

ALERT = samples.deadline_missed()
KEY = object_keys.deadline(samples.RUN)
CONTEXT = {
    "dag_run": {
        "dag_id": "totes_etl",
        "dag_run_id": samples.RUN,
        "run_type": "scheduled",
        "run_after": "2024-11-14T14:05:12Z",
        "conf": {},
    },
    "deadline": {"deadline_time": ALERT.happened_at},
}


@pytest.fixture
def connection(aws, lake_buckets, monkeypatch):
    """Sets the Airflow connection `totes_aws`, with more extras if given, and the buckets."""

    def connect(**extra):
        extra = {"region_name": REGION, "endpoint_url": aws.aws.endpoint_url, **extra}
        parts = {
            "conn_type": "aws",
            "login": aws.secrets.aws_access_key_id,
            "password": aws.secrets.aws_secret_access_key,
            "extra": extra,
        }
        monkeypatch.setenv("AIRFLOW_CONN_TOTES_AWS", json.dumps(parts))

    monkeypatch.setenv("AIRFLOW__TOTES__RAW_BUCKET", lake_buckets.raw)
    monkeypatch.setenv("AIRFLOW__TOTES__PROCESSED_BUCKET", lake_buckets.processed)
    connect()
    return connect


@pytest.fixture
def queue(aws, monkeypatch):
    """A topic of the test's own, which is set as the alerts', and what has arrived in a queue that listens to it."""
    subscriber = subscribe(aws.aws.sns(aws.secrets), aws.aws.sqs(aws.secrets))
    monkeypatch.setenv("AIRFLOW__TOTES__ALERT_TOPIC", subscriber.topic)

    def received():
        asked = {"QueueUrl": subscriber.queue, "MaxNumberOfMessages": 10, "VisibilityTimeout": 0}
        found = subscriber.client.receive_message(**asked).get("Messages", [])
        return [json.loads(item["Body"]) for item in found]

    return received


@pytest.fixture
def running(monkeypatch):
    """Airflow's answer, which only a running triggerer gets (tests/integration has one): the run is running."""
    states = {"dim_staff.load": "success", "dim_currency.load": "skipped"}
    states |= {"fact_payment.load": None, "fact_sales_order.load": "queued"}
    monkeypatch.setattr(totes_deadline, "_states", lambda *_: ("running", states))
    monkeypatch.setattr(totes_deadline, "_url", lambda *_: samples.RUN_URL)


def tell() -> str:
    return asyncio.run(totes_deadline.tell_that_it_is_late(context=CONTEXT, limit_minutes=30))


@pytest.mark.usefixtures("running", "connection")
def test_the_queue_gets_the_alert_as_json(queue):
    assert tell().startswith("told as SNS message ")
    (message,) = queue()
    assert record.from_json(message["Message"]) == ALERT
    attributes = {name: value["Value"] for name, value in message["MessageAttributes"].items()}
    assert attributes["event"] == "deadline_missed"
    assert json.loads(attributes["table"]) == ["fact_payment", "fact_sales_order"]


@pytest.mark.usefixtures("running", "connection")
def test_a_second_call_tells_nothing(queue):
    assert [tell().partition(" as ")[0], tell()] == ["told", "told already"]
    assert len(queue()) == 1


@pytest.mark.usefixtures("connection")
def test_of_many_at_once_one_claims_the_alert(lake_buckets):
    with ThreadPoolExecutor(8) as threads:
        claimed = list(threads.map(lambda _: totes_deadline._claim(ALERT), range(8)))
    assert sorted(claimed) == [False] * 7 + [True]
    assert lake_buckets.client.head_object(Bucket=lake_buckets.processed, Key=KEY)


@pytest.mark.usefixtures("running")
def test_without_s3_it_is_told_all_the_same(connection, queue, caplog):
    connection(service_config={"s3": {"endpoint_url": f"http://127.0.0.1:{free_port()}"}})
    assert tell().startswith("told as SNS message ")
    assert len(queue()) == 1
    assert "may be told twice" in caplog.text


@pytest.mark.usefixtures("running", "connection")
def test_without_its_bucket_it_is_told_all_the_same(queue, monkeypatch):
    monkeypatch.setenv("AIRFLOW__TOTES__PROCESSED_BUCKET", "no-such-bucket")
    assert tell().startswith("told as SNS message ")
    assert len(queue()) == 1


def test_the_loser_of_two_puts_at_the_same_instant_does_not_tell(monkeypatch):
    """S3 refuses one of them without saying whose object it will be (the stand-in never does)."""
    client = boto3.client("s3", region_name=REGION, aws_access_key_id="nobody", aws_secret_access_key="x")  # noqa: S106 # nobody's
    monkeypatch.setattr(totes_deadline, "_processed_bucket", lambda _: ObjectStore(client, "totes-processed"))
    with Stubber(client) as stubber:
        stubber.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
        stubber.add_client_error("put_object", "PreconditionFailed", http_status_code=412)
        stubber.add_response("get_object", {"Body": StreamingBody(io.BytesIO(b"another's"), 9)})
        assert not totes_deadline._claim(ALERT)
        stubber.assert_no_pending_responses()


@pytest.mark.usefixtures("running", "connection", "queue")
def test_what_sns_refuses_is_tried_again(aws, monkeypatch):
    late_topic = os.environ["AIRFLOW__TOTES__ALERT_TOPIC"] + "-late"
    monkeypatch.setenv("AIRFLOW__TOTES__ALERT_TOPIC", late_topic)
    sns = aws.aws.sns(aws.secrets)
    monkeypatch.setattr(totes_deadline, "WAITS_S", (0.1, 3.0))

    async def telling():
        told = asyncio.create_task(totes_deadline.tell_that_it_is_late(context=CONTEXT, limit_minutes=30))
        await asyncio.sleep(1.5)
        assert not told.done()
        sns.create_topic(Name=late_topic.rpartition(":")[2])
        return await told

    assert asyncio.run(telling()).startswith("told as SNS message ")


class _Forgetful:
    """A real S3 client whose first answer to a put gets lost on the way."""

    def __init__(self, client):
        self.client, self.lost = client, False

    def __getattr__(self, name):
        return getattr(self.client, name)

    def put_object(self, **arguments):
        answer = self.client.put_object(**arguments)
        if not self.lost:
            self.lost = True
            raise ReadTimeoutError(endpoint_url="s3")
        return answer


def test_a_claim_whose_answer_got_lost_is_found_again(lake_buckets, monkeypatch):
    store = ObjectStore(_Forgetful(lake_buckets.client), lake_buckets.processed)
    monkeypatch.setattr(totes_deadline, "_processed_bucket", lambda _: store)
    assert totes_deadline._claim(ALERT)
    assert not totes_deadline._claim(ALERT)


@pytest.mark.usefixtures("running", "connection", "queue")
def test_a_run_of_testing_leaves_production_alone(lake_buckets):
    run = CONTEXT["dag_run"] | {"conf": {"environment": "testing"}}
    told = asyncio.run(totes_deadline.tell_that_it_is_late(context=CONTEXT | {"dag_run": run}, limit_minutes=30))
    assert told.startswith("told as SNS message ")
    listed = lake_buckets.client.list_objects_v2(Bucket=lake_buckets.processed)["Contents"]
    assert [item["Key"] for item in listed] == [f"testing/{KEY}"]


@pytest.mark.usefixtures("running", "connection", "queue")
def test_what_sns_never_takes_is_left_to_the_next_report(lake_buckets, monkeypatch):
    monkeypatch.setenv("AIRFLOW__TOTES__ALERT_TOPIC", os.environ["AIRFLOW__TOTES__ALERT_TOPIC"] + "-never")
    monkeypatch.setattr(totes_deadline, "WAITS_S", (0.1,))
    assert tell() == "SNS did not take it; the next report sends it"
    store = ObjectStore(lake_buckets.client, lake_buckets.processed)
    assert list(spool.held(store)) == [ALERT]
    assert spool.taken_by(store, ALERT, ["sns"]) == []
    assert tell() == "told already"


@pytest.mark.usefixtures("running", "connection")
def test_without_a_topic_the_log_says_that_nobody_listens(lake_buckets, monkeypatch, caplog):
    monkeypatch.delenv("AIRFLOW__TOTES__ALERT_TOPIC", raising=False)
    with caplog.at_level(logging.INFO):
        assert "nobody listens" in tell()
    assert "nobody listens" in caplog.text
    assert "Contents" not in lake_buckets.client.list_objects_v2(Bucket=lake_buckets.processed)


@pytest.mark.usefixtures("running", "connection", "queue")
def test_the_loop_goes_on_while_sns_is_slow(monkeypatch):
    """The triggerer has other triggers to serve."""
    slow: list[bool] = [False]

    def publish(*_: object) -> str:
        slow[0] = True
        time.sleep(2)
        slow[0] = False
        return "1"

    async def turns() -> int:
        told, count = asyncio.create_task(totes_deadline.tell_that_it_is_late(context=CONTEXT, limit_minutes=30)), 0
        while not told.done():
            await asyncio.sleep(0.01)
            count += slow[0]
        return count

    monkeypatch.setattr(totes_deadline, "_publish", publish)
    assert asyncio.run(turns()) > 10


@pytest.fixture(scope="module")
def dag():
    return DagBag(str(ROOT / "dags")).dags["totes_etl"]


def test_the_dag_has_the_deadline_of_the_settings(dag):
    (deadline,) = dag.deadline
    assert deadline.interval == timedelta(minutes=30)
    assert deadline.reference == totes_deadline.RunDue()
    assert deadline.callback.path == "totes_deadline.tell_that_it_is_late"
    assert deadline.callback.kwargs == {"limit_minutes": 30}


def test_the_deadline_survives_serialization(dag):
    encoded = DagSerialization.to_dict(dag)["dag"]["deadline"]
    from airflow.serialization.decoders import decode_deadline_alert

    (deadline,) = [decode_deadline_alert(item) for item in encoded]
    assert type(deadline.reference.inner_ref).__name__ == "RunDue"
    assert deadline.interval == timedelta(minutes=30)
    assert deadline.callback.path == "totes_deadline.tell_that_it_is_late"


def test_the_plugin_brings_nothing_of_ours_into_the_process_that_forks_tasks():
    program = (
        "import sys, totes_deadline\n"
        "ours = [name for name in sys.modules if name.partition('.')[0] == 'include']\n"
        "assert not ours, ours\n"
    )
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'plugins'}"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
