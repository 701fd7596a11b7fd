"""The task group of the COVID-19 table, run step by step against a shelf's files."""

from dataclasses import replace
from typing import Any

from include import steps
from include.planning import Request
from tests.covid_shelf import Shelf
from tests.pipeline import Pipeline

NAME = "covid_us_daily"
POLL = Request(tables=(NAME,))


class Covid:
    """The group of the COVID-19 table."""

    def __init__(self, pipeline: Pipeline, shelf: Shelf) -> None:
        self.pipeline, self.shelf = pipeline, shelf

    def plan(self, request: Request = POLL, poll: int = 0) -> Any:
        settings = replace(self.shelf.settings(), poll_minutes=poll)
        with self.pipeline.loading() as warehouse:
            (plan,) = steps.plan_files(warehouse, self.pipeline.processed, settings, request, request.tables)
        return plan

    def extract(self, request: Request = POLL) -> dict[str, Any]:
        with self.pipeline.loading() as warehouse:
            return steps.extract_files(NAME, request, self.shelf.settings(), warehouse=warehouse, raw=self.pipeline.raw)

    def transform(self, extracted: dict[str, Any]) -> dict[str, Any]:
        return steps.transform_files(
            extracted, self.shelf.settings(), raw=self.pipeline.raw, processed=self.pipeline.processed
        )

    def run(self, request: Request = POLL) -> tuple[int, int, int]:
        """One whole poll; the rows new, revised and deleted."""
        loaded = self.pipeline.load(self.transform(self.extract(request)))
        return loaded["rows_new"], loaded["rows_revised"], loaded["rows_deleted"]

    def current(self) -> list[tuple[Any, ...]]:
        return self.pipeline.query("SELECT date, cases, deaths, recovered FROM covid_us_daily_current ORDER BY date")

    def expected(self) -> list[tuple[Any, ...]]:
        shelf = self.shelf
        return [(on, shelf.cases[on], shelf.deaths[on], shelf.recovered[on]) for on in sorted(shelf.cases)]
