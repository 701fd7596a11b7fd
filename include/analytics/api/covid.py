"""`/covid`: COVID-19 in the US by day, week or month, as known now or at any moment; its versions and revisions."""

import calendar
import datetime
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from include.analytics.api.asking import Answer, Asked, Question
from include.analytics.api.problems import DOCUMENTED
from include.analytics.api.values import Instant
from include.analytics.errors import AskingError
from include.analytics.queries import covid
from include.analytics.reading import Row, Snapshot
from include.warehouse.covid_views import POPULATION

router = APIRouter(prefix="/covid", tags=["covid"])

Metric = Literal["cases", "deaths", "recovered"]
Aggregation = Literal["day", "mean_7d", "week", "month"]
_MOMENT = "2026-11-20T19:45:00Z"


class CovidQuestion(Question):
    """What is asked of the days."""

    metric: list[Metric] = Field([], description="Which counts; all three, if it is left out.", examples=[["cases"]])
    measure: Literal["new", "cumulative"] = Field(
        "new", description="What each period added, or all since the beginning until the period's last day."
    )
    aggregation: Aggregation = Field(
        "day",
        description="Days; the trailing mean of seven days' new counts, for each day; ISO weeks (from Monday); months.",
    )
    per_100k: bool = Field(False, description=f"For 100,000 of the {POPULATION:,} residents of the 2020 Census.")
    since: datetime.date | None = Field(None, description="The first day.", examples=["2020-11-01"])
    until: datetime.date | None = Field(
        None, description="The last day. Weeks and months of which a day is asked for are given whole."
    )
    as_of: Instant | None = Field(
        None, description="As it was known at this instant; now, if it is left out.", examples=[_MOMENT]
    )

    def wanted(self) -> covid.Wanted:
        """The same, as the query takes it."""
        return covid.Wanted(
            metrics=tuple(dict.fromkeys(self.metric)) or covid.METRICS,
            is_cumulative=self.measure == "cumulative",
            aggregation=self.aggregation,
            since=self.since,
            until=self.until,
            as_of=self.as_of,
        )


class CovidRow(BaseModel):
    """One count of one period."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"metric": "cases", "date": "2020-11-02", "value": 741201, "days_counted": 7, "is_complete": True}
            ]
        }
    )

    metric: Metric
    date: datetime.date = Field(description="The period's first day.")
    value: int | Decimal | None = Field(
        description="A whole number; as a mean (1 digit) or per 100,000 (2 digits) a decimal. NULL: not reported, or"
        " (a mean) not seven whole days."
    )
    days_counted: int = Field(description="How many days of the period (a mean: of the last seven) report the count.")
    is_complete: bool = Field(description="Whether that is every one of them.")


@router.get("", response_model=Answer[CovidRow], responses=DOCUMENTED)
def read_covid(asked: Asked, question: Annotated[CovidQuestion, Query()]) -> Response:
    """Cases, deaths and recovered by day, week or month, new or cumulative, as known now or at any moment."""
    if question.aggregation == "mean_7d" and question.measure == "cumulative":
        raise AskingError("aggregation: 'mean_7d' is a mean of new counts; allowed with 'cumulative': day, week, month")

    def compose(snapshot: Snapshot, version: str) -> Answer[CovidRow]:
        rows = snapshot.rows(covid.counted(question.wanted()))
        return Answer[CovidRow](version=version, rows=list(_by_metric(rows, question)))

    return asked.composed(question, covid.TABLES, compose)


class Version(BaseModel):
    """What was known of a day from one instant until the day's next version."""

    date: datetime.date
    seen_at: datetime.datetime = Field(description="When the files were read that first said so.")
    cases: int
    deaths: int
    recovered: int | None = Field(description="NULL: not reported.")
    is_deleted: bool = Field(description="Whether the files no longer had the day.")


class Versions(Answer[Version]):
    """Every version of every day, those of a day in the order in which they were learnt: all that the page shows."""

    population: int = Field(description="Residents that 'per 100,000' refers to: the 2020 Census.")


class VersionsQuestion(Question):
    """Nothing but the format: the answer is whole, so that any earlier state can be made of it."""


@router.get("/versions", response_model=Versions, responses=DOCUMENTED)
def read_versions(asked: Asked, question: Annotated[VersionsQuestion, Query()]) -> Response:
    """Every version of every day with the instant it was learnt at."""
    return asked.composed(question, covid.TABLES, all_versions)


def all_versions(snapshot: Snapshot, version: str) -> Versions:
    """Every version of every day, as the page takes it from the API, and as a file beside it where it stands alone."""
    return Versions.model_validate(
        {"version": version, "population": POPULATION, "rows": snapshot.rows(covid.versions())}
    )


class RevisionsQuestion(Question):
    """Which revisions."""

    since: datetime.date | None = Field(None, description="The first day that was revised.")
    until: datetime.date | None = Field(None, description="The last day that was revised.")
    as_of: Instant | None = Field(None, description="Learnt until this instant.", examples=[_MOMENT])
    limit: Annotated[int, Field(ge=1, le=10_000)] = Field(100, description="The latest so many.")


class Revision(BaseModel):
    """A day that was told differently later on."""

    date: datetime.date
    learnt_at: datetime.datetime = Field(description="When the files were read that first said so.")
    old_cases: int
    new_cases: int
    old_deaths: int
    new_deaths: int
    old_recovered: int | None
    new_recovered: int | None
    vanished: bool = Field(description="Whether the files no longer have the day; its counts are the last known.")
    returned: bool = Field(description="Whether the files have the day again.")


@router.get("/revisions", response_model=Answer[Revision], responses=DOCUMENTED)
def read_revisions(asked: Asked, question: Annotated[RevisionsQuestion, Query()]) -> Response:
    """The latest revisions: which day, the old and the new counts, and when they were learnt."""
    statement = covid.revisions(question.since, question.until, question.as_of, question.limit)
    return asked.rows(question, covid.TABLES, statement, Revision)


def _by_metric(rows: list[Row], question: CovidQuestion) -> Iterator[CovidRow]:
    for metric in question.wanted().metrics:
        for row in rows:
            days = row[f"{metric}_days"]
            yield CovidRow(
                metric=metric,  # type: ignore[arg-type]  # one of the allow-list
                date=row["date"],
                value=_value(row[metric], days, question),
                days_counted=days,
                is_complete=days == _days_of(row["date"], question.aggregation),
            )


def _value(total: int | None, days: int, question: CovidQuestion) -> int | Decimal | None:
    """As the warehouse's own view gives it: means with one digit, rates with two, halves rounded away from zero."""
    is_mean = question.aggregation == "mean_7d"
    if total is None or (is_mean and days < covid.MEAN_DAYS):
        return None
    over = covid.MEAN_DAYS if is_mean else 1
    if question.per_100k:
        return _rounded(Decimal(100_000 * int(total)) / (over * POPULATION), "0.01")
    return _rounded(Decimal(int(total)) / over, "0.1") if is_mean else int(total)


def _rounded(value: Decimal, digits: str) -> Decimal:
    return value.quantize(Decimal(digits), ROUND_HALF_UP)


def _days_of(first: datetime.date, aggregation: Aggregation) -> int:
    if aggregation == "month":
        return calendar.monthrange(first.year, first.month)[1]
    return 1 if aggregation == "day" else 7
