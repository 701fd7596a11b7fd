"""What arrived: mails and messages, as a recipient finds them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.error import URLError

from local.faildemo.fault import News
from local.program import DIRECT
from local.stack import Stack


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail or a message; `url` opens it where it can be read."""

    kind: str
    event: str
    subject: str
    url: str


class Arrivals:
    """What arrived since this was made, in order: in the inbox, and in Mailpit where mails go there."""

    def __init__(self, stack: Stack) -> None:
        self._inbox, self._mailpit = stack.inbox.url, stack.mailpit_url
        self._known: set[str] = set()
        self._known = {arrival.url for arrival in self._timeline()}
        self.all: list[Arrival] = []

    def fresh(self) -> Iterator[Arrival]:
        """What arrived since the last call; nothing while the servers are away."""
        for one in self._timeline():
            if one.url not in self._known:
                self._known.add(one.url)
                self.all.append(one)
                yield one

    def news(self) -> News:
        """What it tells of, all together."""
        told = {kind: tuple(sorted(one.event for one in self.all if one.kind == kind)) for kind in ("mail", "message")}
        return News(told["mail"], told["message"])

    def _timeline(self) -> Iterable[Arrival]:
        yield from _in_inbox(self._inbox)
        if self._mailpit:
            yield from _in_mailpit(self._mailpit, self._known)


def _in_inbox(url: str) -> Iterator[Arrival]:
    for one in reversed(_asked(f"{url}/api/timeline") or []):
        yield Arrival(one["kind"], one["event"], one["subject"], f"{url}/#{one['kind']}s/{one['id']}")


def _in_mailpit(url: str, known: set[str]) -> Iterator[Arrival]:
    """Its API as of version 1; what a mail tells of is in a header, which is asked for once a mail."""
    listed = _asked(f"{url}/api/v1/messages?limit=100") or {"messages": []}
    for one in reversed(listed["messages"]):
        page = f"{url}/view/{one['ID']}"
        headers = {} if page in known else _asked(f"{url}/api/v1/message/{one['ID']}/headers") or {}
        yield Arrival("mail", next(iter(headers.get("X-Totes-Event", [])), ""), one["Subject"], page)


def _asked(url: str) -> Any:
    """The JSON at an address; none while its server is away."""
    with suppress(URLError, OSError), DIRECT.open(url, timeout=5) as answer:
        return json.load(answer)
    return None
