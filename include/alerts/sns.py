"""Alerts as SNS messages: text for people, the record for programs, attributes to filter by."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from include.alerts.fitting import fitted
from include.alerts.model import Alert
from include.alerts.record import to_record
from include.alerts.story import tell
from include.alerts.text import as_text

if TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sns.type_defs import MessageAttributeValueTypeDef

LONGEST_SUBJECT = 100
LARGEST_BODY = 240 * 1024
"""Bytes. SNS takes 256 KB, attributes and their names included."""

_LONGEST_TEXT = 16 * 1024
_FOR_PEOPLE = ("default", "email")
_FOR_PROGRAMS = ("sqs", "lambda", "http", "https")
_ASCII = str.maketrans({"\N{EN DASH}": "-", "\N{EM DASH}": "-", "…": "...", "\N{RIGHT SINGLE QUOTATION MARK}": "'"})


@dataclass(frozen=True)
class Publication:
    """What `Publish` takes: an ASCII ``subject``, a ``body`` for ``MessageStructure=json``, boto3's attributes.

    The attributes `environment`, `severity`, `event` and `dag_id` are strings, `table` is a `String.Array`
    of all tables concerned: a filter policy ``{"table": ["fact_payment"]}`` matches if any of them is that one.
    """

    subject: str
    body: str
    attributes: "Mapping[str, MessageAttributeValueTypeDef]"


class Topic:
    """An SNS topic, reached with a boto3 client."""

    def __init__(self, client: "SNSClient", arn: str) -> None:
        self._client = client
        self.arn = arn

    def publish(self, alert: Alert, runbook_url: str) -> str:
        """Publish an alert; returns the message's id. Raises what boto3 raises."""
        publication = message(alert, runbook_url=runbook_url)
        answer = self._client.publish(
            TopicArn=self.arn,
            Subject=publication.subject,
            Message=publication.body,
            MessageStructure="json",
            MessageAttributes=publication.attributes,
        )
        return answer["MessageId"]


def message(alert: Alert, *, runbook_url: str) -> Publication:
    """The message that tells of an alert: subject of at most 100 characters, body of at most 240 KB.

    What does not fit is left out of the record, the longest lists first; its field `left_out` then says how
    many items of which list.
    """
    story = tell(alert, runbook_url)
    text = _cut(as_text(story))
    record = to_record(alert)
    return Publication(
        subject=_ascii(story.subject),
        body=fitted(record, lambda smaller: _body(text, smaller), LARGEST_BODY),
        attributes=_attributes(alert),
    )


def _body(text: str, record: Mapping[str, object]) -> str:
    told = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    parts = dict.fromkeys(_FOR_PEOPLE, text) | dict.fromkeys(_FOR_PROGRAMS, told)
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def _attributes(alert: Alert) -> "dict[str, MessageAttributeValueTypeDef]":
    values = {
        "environment": alert.environment,
        "severity": alert.severity,
        "event": alert.event.value,
        "dag_id": alert.dag_id,
    }
    attributes: dict[str, MessageAttributeValueTypeDef] = {
        name: {"DataType": "String", "StringValue": value} for name, value in values.items() if value
    }
    if alert.tables:  # SNS takes no empty attribute
        tables = json.dumps(sorted(set(alert.tables)))
        attributes["table"] = {"DataType": "String.Array", "StringValue": tables}
    return attributes


def _ascii(subject: str) -> str:
    line = " ".join(subject.translate(_ASCII).encode("ascii", "replace").decode().split())
    line = "".join(character if character.isprintable() else "?" for character in line)
    if len(line) <= LONGEST_SUBJECT:
        return line
    head, _, when = line.rpartition(" - ")
    return f"{head[: LONGEST_SUBJECT - len(when) - 6]}... - {when}"[:LONGEST_SUBJECT]


def _cut(text: str) -> str:
    """The text, or its beginning and a line that says that it was cut."""
    if len(text.encode()) <= _LONGEST_TEXT:
        return text
    kept = text.encode()[:_LONGEST_TEXT].decode(errors="ignore").rpartition("\n")[0]
    return f"{kept}\n… cut here: the rest is in the log and in Airflow\n"
