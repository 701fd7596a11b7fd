"""What every mail and message is made of, whatever happened and whoever reads it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from include.alerts.model import Alert
from include.alerts.story.phrases import clock

MOST_ROWS = 40


@dataclass(frozen=True)
class Grid:
    """A small table; from column ``numbers_from`` on it holds numbers and stands to the right."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers_from: int = 1


@dataclass(frozen=True)
class Quote:
    """What an error said: its type, and its last lines."""

    heading: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """Where to read more; ``url`` may also be a path of the project, which no mail program can open."""

    name: str
    url: str

    @property
    def is_web(self) -> bool:
        """Whether it may be made a link of."""
        return self.url.startswith(("http://", "https://"))


@dataclass(frozen=True, kw_only=True)
class Story:
    """An alert as a person reads it, from the top: label and headline, lead, facts, errors, what to do, links.

    ``advice`` are pairs of a name and a sentence.
    """

    label: str
    severity: str
    environment: str
    at: datetime
    headline: str
    lead: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    grid: Grid | None = None
    quotes: tuple[Quote, ...] = ()
    advice: tuple[tuple[str, str], ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def subject(self) -> str:
        """One line that says it all: environment, what happened to what, and when."""
        return f"[totes {self.environment}] {self.label} {self.headline} \N{EN DASH} {clock(self.at)}"


def present(pairs: Iterable[tuple[str, str | None]]) -> tuple[tuple[str, str], ...]:
    """The pairs that have something to say."""
    return tuple((name, value) for name, value in pairs if value)


def grid(headers: Sequence[str], rows: Sequence[tuple[str, ...]], numbers_from: int = 1) -> Grid:
    """A grid of at most 40 rows, the last of which says how many more there are."""
    if len(rows) > MOST_ROWS:
        left = len(rows) - MOST_ROWS + 1
        rows = [*rows[: MOST_ROWS - 1], (f"and {left} more", *[""] * (len(headers) - 1))]
    return Grid(tuple(headers), tuple(rows), numbers_from)


def identity(alert: Alert) -> tuple[tuple[str, str | None], ...]:
    """The facts that say which run of what it is about."""
    return (("DAG", alert.dag_id), ("Run", alert.run_id))


def runbook(url: str, anchor: str) -> Link:
    """The section of the runbook under a heading."""
    return Link("Runbook", f"{url}#{anchor}")


def run_links(run_url: str | None) -> tuple[Link, ...]:
    """The run, where Airflow shows it."""
    return (Link("Run", run_url),) if run_url else ()
