"""One line of the list: what mails and messages have in common."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Literal

from include.alerts.model import SEVERITY, Event
from local.inbox.store import arrived_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """A mail or a message in short; `event` and `environment` are empty where the sender did not name them."""

    id: str
    kind: Literal["mail", "message"]
    subject: str
    sender: str
    to: str
    event: str
    environment: str

    @property
    def severity(self) -> str:
        """`info`, `warning` or `error` by the event; empty for an unknown one."""
        return SEVERITY[Event(self.event)] if self.event in set(Event) else ""

    def as_json(self) -> dict[str, object]:
        """As the page and its API tell it; `at` is ISO 8601 in UTC."""
        at = arrived_at(self.id).isoformat(timespec="milliseconds")
        return {**asdict(self), "severity": self.severity, "at": at}
