"""A queue of the smoke test's own on the alerts' topic, which receives what is told of the testing environment."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from include.environment import TESTING

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

FILTER = {"environment": [TESTING.name]}
"""The subscription's filter policy: production's messages do not come."""

_KEPT_S = 3600  # by the queue, if nobody removes it
_LONGEST_WAIT_S = 20  # of one question to SQS


@dataclass(frozen=True, kw_only=True)
class Notification:
    """A message as a queue receives it; ``attributes`` are texts, ``record`` is the alert as JSON values."""

    message_id: str
    subject: str
    attributes: Mapping[str, str]
    record: Mapping[str, Any]


@dataclass(repr=False)
class Listener:
    """A queue that is subscribed to the topic."""

    queue: str
    _sqs: "SQSClient"
    _seen: set[str] = field(default_factory=set)

    def receive(self, least: int, within_s: float, quiet_s: float = 2) -> list[Notification]:
        """What arrived since the last call: waits for ``least`` notifications, then as long as more come.

        SQS may deliver one message twice; it counts once.
        """
        arrived: list[Notification] = []
        deadline = time.monotonic() + within_s
        while len(arrived) < least and (left_s := deadline - time.monotonic()) > 0:
            arrived += self._received(min(left_s, _LONGEST_WAIT_S))
        while more := self._received(quiet_s):
            arrived += more
        return arrived

    def _received(self, wait_s: float) -> list[Notification]:
        found = self._sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=round(wait_s))
        notifications = []
        for message in found.get("Messages", []):
            self._sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
            notification = _notification(message["Body"])
            if notification.message_id not in self._seen:
                self._seen.add(notification.message_id)
                notifications.append(notification)
        return notifications


def listen(sns: "SNSClient", sqs: "SQSClient", topic: str) -> Listener:
    """Make a queue, let the topic write to it, and subscribe it to what is told of testing."""
    queue = sqs.create_queue(
        QueueName=f"{_prefix(topic)}{uuid4().hex[:8]}", Attributes={"MessageRetentionPeriod": str(_KEPT_S)}
    )["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": _policy(arn, topic)})
    sns.subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"FilterPolicy": json.dumps(FILTER)},
        ReturnSubscriptionArn=True,
    )
    return Listener(queue, sqs)


def remove_all(sns: "SNSClient", sqs: "SQSClient", topic: str) -> int:
    """Remove every queue of a smoke test of this topic with its subscription; returns how many queues there were."""
    prefix = _prefix(topic)
    for page in sns.get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic):
        for subscription in page["Subscriptions"]:
            if subscription["Endpoint"].rpartition(":")[2].startswith(prefix):
                sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    removed = 0
    for url in sqs.list_queues(QueueNamePrefix=prefix).get("QueueUrls", []):
        try:
            sqs.delete_queue(QueueUrl=url)
            removed += 1
        except sqs.exceptions.QueueDoesNotExist:  # SQS lists a queue for a while after it is gone
            continue
    return removed


def _prefix(topic: str) -> str:
    """What the queues' names begin with: by topic, so that the tests of two deployments leave each other's alone."""
    return f"totes-smoke-{hashlib.sha256(topic.encode()).hexdigest()[:8]}-"


def _policy(queue: str, topic: str) -> str:
    allowed = {
        "Effect": "Allow",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": queue,
        "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


def _notification(body: str) -> Notification:
    envelope = json.loads(body)
    return Notification(
        message_id=envelope["MessageId"],
        subject=envelope.get("Subject", ""),
        attributes={name: item["Value"] for name, item in envelope.get("MessageAttributes", {}).items()},
        record=json.loads(envelope["Message"]),
    )
