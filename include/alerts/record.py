"""Alerts as JSON: how they are kept until they are sent, and what programs are sent."""

import json
from typing import Any

from pydantic import TypeAdapter

from include.alerts.model import Alert, DataQuality, DeadlineMissed, Event, Facts, Failed, Loaded, Recovered

SCHEMA_VERSION = 1
"""Of the JSON; raised when a field changes its meaning or goes."""

_FACTS: dict[Event, TypeAdapter[Any]] = {
    Event.LOADED: TypeAdapter(Loaded),
    Event.FAILED: TypeAdapter(Failed),
    Event.RETRYING: TypeAdapter(Failed),
    Event.DEADLINE_MISSED: TypeAdapter(DeadlineMissed),
    Event.DATA_QUALITY: TypeAdapter(DataQuality),
    Event.RECOVERED: TypeAdapter(Recovered),
}
_ALERT = TypeAdapter(Alert)


def to_record(alert: Alert) -> dict[str, Any]:
    """A dict of plain JSON values; instants are ISO 8601 in UTC."""
    facts = _FACTS[alert.event].dump_python(alert.facts, mode="json")
    record = _ALERT.dump_python(alert, mode="json", exclude={"facts"})
    return {"schema_version": SCHEMA_VERSION, "severity": alert.severity, **record, "facts": facts}


def from_record(record: dict[str, Any]) -> Alert:
    """The alert that ``to_record`` gave; raises ``pydantic.ValidationError`` for anything else."""
    facts: Facts = _FACTS[Event(record["event"])].validate_python(record["facts"])
    return _ALERT.validate_python({**record, "facts": facts})


def to_json(alert: Alert) -> str:
    """The record as one line of JSON."""
    return json.dumps(to_record(alert), ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | bytes) -> Alert:
    """The alert of one line of JSON."""
    return from_record(json.loads(text))
