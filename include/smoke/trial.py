"""The smoke test itself: four runs on dummy rows, and what each must bring into the warehouse and tell."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from include import testing
from include.catalog import SOURCE_FED
from include.smoke import news, production, tables
from include.smoke.listener import Listener
from include.smoke.runs import Runs
from include.smoke.verdict import Finding, Verdict
from include.testing.rows import ROWS
from include.testing.source import MALFORMED
from include.warehouse.connection import Connection

Look = Callable[[], Finding]

FAILING = f"{MALFORMED}.extract"
"""The task that meets the malformed input."""


@dataclass
class Trial:
    """The smoke test in a testing environment that holds nothing but the dummy source.

    A notification has ``arrive_s`` from the end of its run to arrive.
    """

    connection: Connection
    listener: Listener
    runs: Runs
    verdict: Verdict
    arrive_s: float
    _waiting: tuple[int, int] = (0, 0)

    def run(self) -> None:
        """Every step in order, up to the first one of which something is wrong; then what must hold anyway."""
        before = production.standing(self.connection)
        steps = {
            "first load": self._first_load,
            "a row more, one revised": self._change,
            "malformed input": self._malformed,
            "recovery": self._recovery,
        }
        for name, step in steps.items():
            if self.verdict.wrong:
                self.verdict.not_tried.append(name)
            else:
                step(name)
        self.verdict.check("production", "ledger", lambda: production.untouched(self.connection, before, self.runs.ids))

    def _first_load(self, step: str) -> None:
        rows = {table.name: (len(ROWS[table.source_tables[0].name]), 0, 0, 0) for table in SOURCE_FED}
        self.verdict.check(step, "run", self.runs.succeeds)
        self.verdict.check(step, "tables", lambda: tables.as_the_source(self.connection))
        self._told(step, lambda: [news.loaded(self.runs.latest, rows)])

    def _change(self, step: str) -> None:
        look = self._look(*testing.change(self.connection))
        self.verdict.check(step, "run", self.runs.succeeds)
        self.verdict.check(step, "tables", lambda: tables.as_the_source(self.connection))
        self.verdict.check(step, "versions", look)
        self._told(step, lambda: [news.loaded(self.runs.latest, {MALFORMED: (1, 1, 0, 0)})])

    def _malformed(self, step: str) -> None:
        """What changed meanwhile waits, and must not be lost."""
        before = tables.contents(self.connection)
        testing.malform(self.connection)
        self._waiting = testing.change(self.connection)
        self.verdict.check(step, "run", lambda: self.runs.fails(FAILING))
        self.verdict.check(step, "tables", lambda: tables.unchanged(self.connection, before))
        self._told(step, lambda: [news.failed(self.runs.latest, FAILING, "drift", "SchemaDriftError")])

    def _recovery(self, step: str) -> None:
        failed_run = self.runs.latest
        look = self._look(*self._waiting)
        testing.mend(self.connection)
        self.verdict.check(step, "run", self.runs.succeeds)
        self.verdict.check(step, "tables", lambda: tables.as_the_source(self.connection))
        self.verdict.check(step, "versions", look)
        self._told(
            step,
            lambda: [
                news.recovered(self.runs.latest, failed_run, MALFORMED, "drift"),
                news.loaded(self.runs.latest, {MALFORMED: (1, 1, 0, 0)}),
            ],
        )

    def _look(self, added: int, revised: int) -> Look:
        """To be taken after the next run: has the sales order that was added one version, the revised one one more?"""
        held = [price for price, _ in tables.versions(self.connection, revised)]
        wanted = {
            revised: (*held, tables.source_price(self.connection, revised)),
            added: (tables.source_price(self.connection, added),),
        }
        return lambda: tables.has_versions(self.connection, wanted)

    def _told(self, step: str, expected: Callable[[], Sequence[news.Expected]]) -> None:
        def look() -> Finding:
            wanted = expected()
            return news.compare(self.listener.receive(len(wanted), self.arrive_s), wanted)

        self.verdict.check(step, "notification", look)
