"""What the recipients of a running stack got: mails over SMTP, messages through the topic and a queue."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx

WITHIN_S = 60
"""So long after the event the news must be there."""


@dataclass
class Mailbox:
    """The inbox of a stack, from where it stood when it was last emptied."""

    url: str
    seen: int = 0

    def empty(self) -> None:
        """Look only at what comes from now on."""
        self.seen = len(self._all())

    def mails(self) -> list[dict[str, Any]]:
        """The mails that came, oldest first."""
        return [one for one in self._new() if one["kind"] == "mail"]

    def messages(self) -> list[dict[str, Any]]:
        """The messages that came, oldest first."""
        return [one for one in self._new() if one["kind"] == "message"]

    def events(self, kind: str = "mail") -> list[str]:
        """What the mails, or the messages, tell of."""
        return [one["event"] for one in self._new() if one["kind"] == kind]

    def whole(self, listed: dict[str, Any]) -> dict[str, Any]:
        """A mail or message with all that is in it."""
        return self._get(f"/api/{listed['kind']}s/{listed['id']}")

    def everything(self) -> str:
        """All that ever came, as text."""
        return json.dumps([self.whole(one) for one in self._all()])

    def until(self, came: Callable[["Mailbox"], bool], seconds: float = WITHIN_S) -> None:
        """Wait until something came, and a little longer for what should not."""
        deadline = time.monotonic() + seconds
        while not came(self):
            assert time.monotonic() < deadline, [one["subject"] for one in self._new()]
            time.sleep(0.2)
        time.sleep(1)

    def _new(self) -> list[dict[str, Any]]:
        return self._all()[self.seen :]

    def _all(self) -> list[dict[str, Any]]:
        listed = self._get("/api/mails") + self._get("/api/messages")
        return sorted(listed, key=lambda one: one["at"])

    def _get(self, path: str) -> Any:
        return httpx.get(f"{self.url}{path}", trust_env=False).raise_for_status().json()
