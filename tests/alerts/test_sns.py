"""SNS messages: within the limits whatever happened, and as a real SNS API delivers them."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import given, settings
from hypothesis import strategies as st

from include.alerts import record
from include.alerts.fitting import fitted
from include.alerts.model import PUBLISHED, Alert, DataQuality, DeadlineMissed, Failed, SetAside
from include.alerts.sns import LARGEST_BODY, LONGEST_SUBJECT, Topic, message
from tests.alerts import samples

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

RUNBOOK = "https://docs.example/runbook.md"
LIMIT = 256 * 1024
TOLD = {name: make for name, make in samples.ALL.items() if make().event in PUBLISHED}


def parts(alert: Alert) -> dict[str, str]:
    body = message(alert, runbook_url=RUNBOOK).body
    assert len(body.encode()) <= LARGEST_BODY
    return dict(json.loads(body))


def large(tables: int, width: int) -> Alert:
    """A failure of many tables, each with a long error."""
    lines = ("x" * width,) * 12
    failures = [
        replace(samples.FAILURE, task_id=f"table_{n:04}.load", error_type=f"E{n}", error_lines=lines)
        for n in range(tables)
    ]
    return samples.failed(*failures)


@pytest.mark.parametrize("make", TOLD.values(), ids=TOLD)
def test_people_get_text_and_programs_the_record(make):
    alert = make()
    told = parts(alert)
    assert told.keys() == {"default", "email", "sqs", "lambda", "http", "https"}
    assert "<" not in told["email"].replace("<fact_payment>", "")
    for name in ("sqs", "lambda", "http", "https"):
        assert record.from_json(told[name]) == alert


@pytest.mark.parametrize("make", TOLD.values(), ids=TOLD)
def test_a_subject_is_one_line_of_ascii(make):
    subject = message(make(), runbook_url=RUNBOOK).subject
    assert subject.isascii()
    assert subject.isprintable()
    assert len(subject) <= LONGEST_SUBJECT
    assert subject.startswith(("[totes production] ", "[totes testing] "))
    assert subject.endswith(" UTC")


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_any_text_makes_a_subject(text):
    alert = samples.failed(replace(samples.FAILURE, task_id=text))
    subject = message(alert, runbook_url=RUNBOOK).subject
    assert subject.isascii()
    assert subject.isprintable()
    assert len(subject) <= LONGEST_SUBJECT


def test_attributes_are_what_subscribers_filter_by():
    attributes = message(samples.grouped(), runbook_url=RUNBOOK).attributes
    assert {name: value["StringValue"] for name, value in attributes.items() if name != "table"} == {
        "environment": "production",
        "severity": "error",
        "event": "failed",
        "dag_id": "totes_etl",
    }
    assert attributes["table"]["DataType"] == "String.Array"
    assert json.loads(attributes["table"]["StringValue"]) == ["fact_payment", "fact_purchase_order", "fact_sales_order"]


def test_an_attribute_is_never_empty():
    attributes = message(replace(samples.unasked(), dag_id=""), runbook_url=RUNBOOK).attributes
    assert attributes.keys() == {"environment", "severity", "event"}


def test_what_does_not_fit_is_left_out_longest_list_first_and_counted():
    alert = large(tables=400, width=300)
    assert len(record.to_json(alert)) * 4 > LIMIT
    told = json.loads(parts(alert)["sqs"])
    assert set(told["left_out"]) == {"facts.failures"}
    assert told["left_out"]["facts.failures"] + len(told["facts"]["failures"]) == 400
    assert told["tables"] == list(alert.tables)
    again = record.from_record(told)
    assert (again.alert_id, again.tables) == (alert.alert_id, alert.tables)


def test_one_endless_text_is_cut():
    aside = SetAside(table="fact_payment", rows=1, example_key="1", example_rules="ü" * 400_000)
    alert = replace(samples.data_quality(), facts=DataQuality(set_aside=(aside,)))
    told = parts(alert)
    assert "(cut)" in json.loads(told["sqs"])["facts"]["set_aside"][0]["example_rules"]
    assert told["email"].rstrip().endswith("in Airflow")
    assert len(told["email"].encode()) < 17 * 1024


@settings(max_examples=25, deadline=None)
@given(tables=st.integers(1, 600), width=st.integers(1, 3000))
def test_every_message_fits_and_can_be_read(tables, width):
    told = parts(large(tables, width))
    assert isinstance(record.from_json(told["sqs"]).facts, Failed)


@settings(max_examples=25, deadline=None)
@given(ages=st.dictionaries(st.text("abc_", min_size=1, max_size=40), st.floats(0, 1e6), min_size=100, max_size=300))
def test_a_record_is_cut_to_whatever_size_there_is(ages):
    facts = DeadlineMissed(
        watcher="freshness", due_at=samples.AT, limit_minutes=30, done=(), waiting=tuple(ages), behind_s=ages
    )
    told = record.to_record(replace(samples.stale(), facts=facts, tables=tuple(ages)))
    spelt = fitted(told, json.dumps, 2_000)
    assert len(spelt) <= 2_000
    assert isinstance(record.from_json(spelt).facts, DeadlineMissed)
    assert json.loads(spelt)["left_out"]


def test_a_record_of_any_size_is_a_whole_one():
    whole = record.to_record(large(tables=2, width=100))
    spelt = []
    for most in range(1000, 2000, 20):
        with contextlib.suppress(ValueError):
            spelt.append(fitted(whole, json.dumps, most))
    read = [record.from_json(text) for text in spelt]
    assert len(read) > 20
    assert all(alert.facts.window == record.from_record(whole).facts.window for alert in read)


def test_a_window_is_never_cut_in_half():
    with pytest.raises(ValueError, match="expected at most 180"):
        fitted({"facts": {"window": ["x" * 80, "y" * 80]}, "tables": []}, json.dumps, 180)


def test_what_cannot_be_made_smaller_is_refused():
    with pytest.raises(ValueError, match=r"bytes; expected at most 10"):
        fitted(record.to_record(samples.killed()), json.dumps, 10)


@dataclass(frozen=True)
class Subscribed:
    """A topic, and a queue that hears of what its filter lets through."""

    topic: Topic
    sqs: "SQSClient"
    queue: str

    def received(self) -> list[dict[str, Any]]:
        answer = self.sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=1)
        return [json.loads(item["Body"]) for item in answer.get("Messages", [])]


@pytest.fixture
def subscribed(aws, request) -> Iterator[Subscribed]:
    keys = {
        "endpoint_url": aws.aws.endpoint_url,
        "region_name": "eu-west-2",
        "aws_access_key_id": aws.secrets.aws_access_key_id,
        "aws_secret_access_key": aws.secrets.aws_secret_access_key,
        "config": Config(proxies={}),
    }
    sns, sqs = boto3.client("sns", **keys), boto3.client("sqs", **keys)
    arn = sns.create_topic(Name="wording")["TopicArn"]
    queue = sqs.create_queue(QueueName="wording")["QueueUrl"]
    queue_arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    subscription = sns.subscribe(
        TopicArn=arn,
        Protocol="sqs",
        Endpoint=queue_arn,
        Attributes={"FilterPolicy": json.dumps(request.param)},
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    yield Subscribed(Topic(sns, arn), sqs, queue)
    sns.unsubscribe(SubscriptionArn=subscription)
    sns.delete_topic(TopicArn=arn)
    sqs.delete_queue(QueueUrl=queue)


@pytest.mark.parametrize("subscribed", [{"event": ["failed"], "table": ["fact_purchase_order"]}], indirect=True)
def test_a_queue_gets_the_record_of_what_its_filter_asks_for(subscribed):
    for make in (samples.loaded, samples.killed, samples.grouped):
        assert subscribed.topic.publish(make(), RUNBOOK)
    (envelope,) = subscribed.received()
    assert record.from_json(envelope["Message"]) == samples.grouped()
    assert envelope["Subject"] == "[totes production] FAILED 3 tables: the warehouse does not answer - 14:05 UTC"
    assert envelope["MessageAttributes"]["severity"]["Value"] == "error"


@pytest.mark.parametrize("subscribed", [{"environment": ["production"]}], indirect=True)
def test_the_largest_message_is_taken(subscribed):
    subscribed.topic.publish(large(tables=600, width=3000), RUNBOOK)
    (envelope,) = subscribed.received()
    assert json.loads(envelope["Message"])["left_out"]
