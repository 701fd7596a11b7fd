"""What a fault of the demo is: how it breaks the stack, who is told then, and how it is repaired."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from local.stack import Stack
from local.summary import behind

Tasks = Mapping[str, Mapping[str, Any]]
"""The tasks of a run by id, as Airflow's API tells them."""


@dataclass(frozen=True, slots=True)
class News:
    """The events that mails and messages tell of, in alphabetical order."""

    mails: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()

    def covers(self, expected: News) -> bool:
        """Whether everything expected is there, as often or more often."""
        return not (
            Counter(expected.mails) - Counter(self.mails) or Counter(expected.messages) - Counter(self.messages)
        )

    def about(self, events: Container[str]) -> News:
        """Those of some events only."""
        return News(
            tuple(event for event in self.mails if event in events),
            tuple(event for event in self.messages if event in events),
        )


FAILURE = News(("failed",), ("failed",))
FAILURE_AND_END = News(("failed", "recovered"), ("failed", "recovered"))
QUIET_OTHERWISE = frozenset({"failed", "recovered"})
"""What must not be told unless it is expected; whatever else is told may be the shop's own life."""


class Fault(ABC):
    """One way to break the stack. `takes_s` is about how long it is broken, in seconds, on a machine at rest."""

    name: ClassVar[str]
    description: ClassVar[str]
    takes_s: ClassVar[int]
    conf: ClassVar[Mapping[str, object]] = {}
    """What the run that meets it is triggered with."""
    told: ClassVar[News] = FAILURE
    """What is told while it is broken."""
    told_at_last: ClassVar[News] = FAILURE_AND_END
    """What is told from the break to the end of the first run after the repair."""

    def came(self, news: News) -> News:
        """The part of the news that has to be as expected."""
        return news.about(QUIET_OTHERWISE | set(self.told_at_last.mails) | set(self.told_at_last.messages))

    @abstractmethod
    def break_(self, stack: Stack) -> str | None:
        """Break it, before the run that meets it; returns what was done, in a sentence, if it is done already."""

    def meddle(self, stack: Stack, tasks: Tasks) -> str | None:  # noqa: ARG002 # for those who do
        """Break what breaks only while a run goes on; called twice a second with the run's tasks.

        Returns what was done, in a sentence, or none if nothing was.
        """
        return None

    @abstractmethod
    def repair(self, stack: Stack) -> str:
        """Put everything back, if it is not; returns what was done. Needs nothing that only `break_` knows."""

    def evidence(self, stack: Stack) -> str:
        """What can be seen of it in the databases, in a sentence."""
        return behind(stack)
