"""What the smoke test hears, through a real topic and queue, and what it makes of it."""

from dataclasses import replace
from typing import Any

import pytest

from include.alerts.model import Alert, Failed, Loaded, Recovered
from include.alerts.sns import Topic
from include.smoke.listener import listen, remove_all
from include.smoke.news import Expected, compare, failed, loaded, recovered
from tests.alerts import samples
from tests.smoke.conftest import Told

RUNBOOK = "https://runbook.example"
LOADED = replace(samples.loaded(), environment="testing")
FAILED = replace(samples.drifted(), environment="testing")
RECOVERED = replace(samples.recovered(), environment="testing")


def expected_of(alert: Alert) -> Expected:
    """What must arrive, where this alert is told."""
    facts = alert.facts
    if isinstance(facts, Loaded):
        counts = {x.table: (x.rows_new, x.rows_revised, x.rows_deleted, x.rows_quarantined) for x in facts.loads}
        return loaded(alert.run_id, counts)
    if isinstance(facts, Failed):
        (one,) = facts.failures
        return failed(alert.run_id, one.task_id, facts.cause, str(one.error_type))
    assert isinstance(facts, Recovered)
    return recovered(alert.run_id, facts.failed_run, alert.tables[0], facts.cause)


def tell(told: Told, *alerts: Alert) -> None:
    for alert in alerts:
        Topic(told.sns, told.topic).publish(alert, RUNBOOK)


def test_what_is_told_of_testing_arrives_once_and_what_is_told_of_production_does_not(told: Told):
    tell(told, LOADED, samples.loaded(), FAILED)
    arrived = told.listener.receive(2, within_s=10)
    assert sorted(one.record["event"] for one in arrived) == ["failed", "loaded"]
    assert {one.attributes["environment"] for one in arrived} == {"testing"}
    assert told.listener.receive(0, within_s=0) == []


def test_waiting_for_what_does_not_come_ends(told: Told):
    assert told.listener.receive(1, within_s=1, quiet_s=0) == []


def test_a_message_that_sqs_delivers_twice_counts_once_and_one_that_is_told_twice_counts_twice(told: Told):
    tell(told, LOADED)
    (message,) = told.sqs.receive_message(QueueUrl=told.listener.queue, WaitTimeSeconds=5, VisibilityTimeout=0)[
        "Messages"
    ]
    told.sqs.send_message(QueueUrl=told.listener.queue, MessageBody=message["Body"])
    assert len(told.listener.receive(2, within_s=3)) == 1
    tell(told, LOADED, LOADED)
    twice = told.listener.receive(2, within_s=10)
    assert compare(twice, [expected_of(LOADED)]).found == "2 arrived: loaded, loaded"


@pytest.mark.parametrize("alert", [LOADED, FAILED, RECOVERED], ids=lambda alert: alert.event)
def test_the_exact_notification_is_well_and_told_by_its_subject(told: Told, alert: Alert):
    tell(told, alert)
    finding = compare(told.listener.receive(1, within_s=10), [expected_of(alert)])
    assert finding.expected == ""
    assert finding.found.startswith(alert.event.upper())


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"run_id": "another"}, "loaded: run_id is "),
        ({"tables": ("dim_staff",)}, "loaded: tables is "),
        ({"headline": "LOADED 9 tables"}, "loaded: subject is '[totes testing] LOADED"),
        ({"severity": "error"}, "loaded: severity is 'info'"),
        ({"facts": {"dim_staff": [1, 0, 0, 0]}}, "loaded: facts is "),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_whatever_is_otherwise_is_named(told: Told, change: dict[str, Any], seen: str):
    tell(told, LOADED)
    arrived = told.listener.receive(1, within_s=10)
    finding = compare(arrived, [replace(expected_of(LOADED), **change)])
    assert seen in finding.found
    assert finding.expected


def test_another_attribute_than_the_record_has_is_seen(told: Told):
    tell(told, LOADED)
    (one,) = told.listener.receive(1, within_s=10)
    wrong = replace(one, attributes={**one.attributes, "severity": "error"})
    assert "loaded: attributes is" in compare([wrong], [expected_of(LOADED)]).found
    assert compare([one], [expected_of(LOADED)]).expected == ""


def test_the_number_and_the_kinds_of_notifications_count(told: Told):
    tell(told, RECOVERED)
    arrived = told.listener.receive(1, within_s=10)
    assert compare(arrived, []).expected == "0"
    assert compare([], [expected_of(LOADED)]).expected == "1: loaded"
    finding = compare(arrived, [expected_of(LOADED)])
    assert (finding.found, finding.expected) == ("1 arrived: recovered", "1: loaded")
    assert compare([], []).expected == ""


def test_only_the_topic_may_write_to_the_queue(told: Told):
    arn = told.sqs.get_queue_attributes(QueueUrl=told.listener.queue, AttributeNames=["All"])["Attributes"]
    assert told.topic in arn["Policy"]
    assert '"Service": "sns.amazonaws.com"' in arn["Policy"]


def test_every_smoke_tests_queue_of_a_topic_is_removed_and_no_other(told: Told):
    listen(told.sns, told.sqs, told.topic)
    other = told.sns.create_topic(Name="another-deployment")["TopicArn"]
    listen(told.sns, told.sqs, other)
    assert remove_all(told.sns, told.sqs, told.topic) == 2
    assert told.sns.list_subscriptions_by_topic(TopicArn=told.topic)["Subscriptions"] == []
    assert len(told.sns.list_subscriptions_by_topic(TopicArn=other)["Subscriptions"]) == 1
    assert remove_all(told.sns, told.sqs, told.topic) == 0
    assert remove_all(told.sns, told.sqs, other) == 1
