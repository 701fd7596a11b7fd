"""Fetching what is published to the alerts' topic from the inbox's queue on it."""

from __future__ import annotations

import json
import logging
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from local.aws import subscribe_inbox
from local.inbox.store import Folder, arrival_id

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

PAUSE_S = 2
"""How long after a failure it is tried again."""

WAIT_S = 2
"""How long one question to an empty queue stays open; the stand-in keeps it open for an asker that is gone, too."""

HIDDEN_S = 5
"""After how long a message that was fetched and not deleted can be fetched again."""


def collect_for_ever(sns: SNSClient, sqs: SQSClient, messages: Folder) -> None:
    """Keep every message of the queue in `messages`, whatever becomes of the stand-in meanwhile.

    Topic, queue and subscription are made again when it comes back: after a crash it has forgotten those
    that it was given since its start.
    """
    while True:
        try:
            queue = subscribe_inbox(sns, sqs)
            while True:
                collect(sqs, queue, messages)
        except (BotoCoreError, ClientError, OSError) as error:
            logging.warning("Messages could not be fetched (%s); trying again", error)
            time.sleep(PAUSE_S)


def collect(sqs: SQSClient, queue: str, messages: Folder) -> None:
    """Keep what the queue holds, or what comes within `WAIT_S`, then delete it there."""
    found = sqs.receive_message(
        QueueUrl=queue,
        MaxNumberOfMessages=10,
        WaitTimeSeconds=WAIT_S,
        VisibilityTimeout=HIDDEN_S,
        MessageSystemAttributeNames=["SentTimestamp"],
    ).get("Messages", [])
    for message in found:
        messages.add(_id_of(message), _as_json(message["Body"]))
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def _id_of(message: MessageTypeDef) -> str:
    """The same id when the same message is received again."""
    sent_at = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    return arrival_id(sent_at, message["MessageId"][:8])


def _as_json(body: str) -> bytes:
    """SNS's envelope, indented; what came from elsewhere is put into one."""
    try:
        envelope = json.loads(body)
    except ValueError:
        envelope = None
    if not isinstance(envelope, dict) or "Message" not in envelope:
        envelope = {"Message": body}
    return json.dumps(envelope, indent=2, ensure_ascii=False).encode()
