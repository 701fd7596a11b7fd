"""Reading a kept SNS message: in short, and as an e-mail subscriber and a queue get it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from include.alerts import sns
from include.alerts.record import from_json
from local.inbox.entry import Entry


def entry(message_id: str, content: bytes) -> Entry:
    """A message in short."""
    envelope = json.loads(content)
    named = attributes(envelope)
    subject = envelope.get("Subject") or str(envelope["Message"]).strip().partition("\n")[0]
    return Entry(
        id=message_id,
        kind="message",
        subject=subject,
        sender="SNS",
        to=str(envelope.get("TopicArn", "")).rpartition(":")[2],
        event=named.get("event", ""),
        environment=named.get("environment", ""),
    )


def whole(message_id: str, content: bytes, runbook_url: str) -> dict[str, object]:
    """A message as the page shows it: its entry, `text`, `json` (none if it is none), `attributes`, `envelope`."""
    envelope = json.loads(content)
    return {
        **entry(message_id, content).as_json(),
        "text": as_email(envelope, runbook_url),
        "json": parsed(envelope),
        "attributes": envelope.get("MessageAttributes", {}),
        "envelope": envelope,
    }


def attributes(envelope: Mapping[str, Any]) -> dict[str, str]:
    """The message attributes' values by name."""
    return {name: str(found["Value"]) for name, found in envelope.get("MessageAttributes", {}).items()}


def parsed(envelope: Mapping[str, Any]) -> Any:
    """What a program gets: the message as JSON; none if it is plain text."""
    try:
        return json.loads(envelope["Message"])
    except (TypeError, ValueError):
        return None


def as_email(envelope: Mapping[str, Any], runbook_url: str) -> str:
    """What an e-mail subscriber reads.

    The stand-in delivers to queues and not to e-mail subscribers, and gives a queue its own variant only. So
    the text of an alert is worded again from its record; any other message reads the same for both.
    """
    try:
        body = sns.message(from_json(envelope["Message"]), runbook_url=runbook_url).body
        return str(json.loads(body)["email"])
    except (KeyError, TypeError, ValueError):  # no record of an alert
        return str(envelope["Message"])
