"""A queue subscribed to a topic of its own, to see what arrives."""

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient


@dataclass(frozen=True, repr=False)
class Subscriber:
    """A topic, and the queue that gets whatever is published to it."""

    topic: str
    queue: str
    client: "SQSClient"

    def received(self, wait_s: int = 1) -> list[dict[str, Any]]:
        """The alerts that arrived since the last call, as a queue gets them; waits ``wait_s`` for one more."""
        alerts: list[dict[str, Any]] = []
        while found := self.client.receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=wait_s
        ).get("Messages"):
            for message in found:
                self.client.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
                alerts.append(json.loads(json.loads(message["Body"])["Message"]))
        return alerts


def subscribe(sns: "SNSClient", sqs: "SQSClient", topic: str = "") -> Subscriber:
    """A fresh queue subscribed to a topic (a fresh one, if none is given)."""
    name = f"test-{uuid4().hex}"
    topic = topic or sns.create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return Subscriber(topic, queue, sqs)
