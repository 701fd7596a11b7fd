"""What the inbox got: mails and messages, as a recipient finds them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from urllib.error import URLError

from local.faildemo.fault import News
from local.program import DIRECT


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail or a message; `url` opens it in the inbox."""

    kind: str
    event: str
    subject: str
    url: str


class Arrivals:
    """What arrived since this was made, in order."""

    def __init__(self, inbox_url: str) -> None:
        self._url = inbox_url
        self._known = {str(one["id"]) for one in self._timeline()}
        self.all: list[Arrival] = []

    def fresh(self) -> Iterator[Arrival]:
        """What arrived since the last call; nothing while the inbox is away."""
        for one in reversed(self._timeline()):
            if one["id"] in self._known:
                continue
            self._known.add(one["id"])
            arrival = Arrival(one["kind"], one["event"], one["subject"], f"{self._url}/#{one['kind']}s/{one['id']}")
            self.all.append(arrival)
            yield arrival

    def news(self) -> News:
        """What it tells of, all together."""
        told = {kind: tuple(sorted(one.event for one in self.all if one.kind == kind)) for kind in ("mail", "message")}
        return News(told["mail"], told["message"])

    def _timeline(self) -> list[dict[str, str]]:
        with suppress(URLError, OSError), DIRECT.open(f"{self._url}/api/timeline", timeout=5) as answer:
            return list(json.load(answer))
        return []
