"""`/operations/freshness`: how far every table is behind its source, now and over the last hours."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from include.analytics.api.asking import Asked, Question
from include.analytics.api.operations.listing import Hours, Listing
from include.analytics.api.problems import DOCUMENTED
from include.analytics.queries import freshness, freshness_history
from include.analytics.reading import Snapshot

router = APIRouter()


class Standing(BaseModel):
    """Where a table stands."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "table": "fact_sales_order",
                    "status": "fresh",
                    "behind_s": 142.7,
                    "limit_s": 1800.0,
                    "stands_at": "2024-11-14T14:05:02Z",
                    "loaded_at": "2024-11-14T14:00:09Z",
                }
            ]
        }
    )

    table: str
    status: Literal["fresh", "late", "never loaded"]
    behind_s: float | None = Field(description="Seconds since the instant up to which it holds every change.")
    limit_s: float = Field(
        description="How far behind it may be. A table of files may be later by the time between two looks at them."
    )
    stands_at: datetime | None = Field(description="That instant, by the source's clock.")
    loaded_at: datetime | None = Field(description="When something was last loaded; a table may be fresh without.")


class Standings(Listing[Standing]):
    """Every table, as it stands at one instant."""

    at: datetime = Field(description="The clock of whoever answers.")


@router.get("/freshness", response_model=Standings, responses=DOCUMENTED)
def read_freshness(asked: Asked, question: Annotated[Question, Query()]) -> Response:
    """How far each table is behind its source now, against its limit."""

    def compose(snapshot: Snapshot) -> Standings:
        now = datetime.now(UTC)
        return Standings(at=now, rows=[Standing(**row) for row in freshness.standings(snapshot, now)])

    return asked.fresh(question, compose)


class HistoryQuestion(Question):
    """How much of the past is asked for."""

    hours: Hours = 24


class Hour(BaseModel):
    """A table in an hour."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "table": "fact_sales_order",
                    "hour": "2024-11-14T14:00:00Z",
                    "worst_behind_s": 371.2,
                    "limit_s": 1800.0,
                    "status": "fresh",
                }
            ]
        }
    )

    table: str
    hour: datetime = Field(description="Its beginning.")
    worst_behind_s: float | None = Field(
        description="The most seconds that the table was behind in that hour; null: nothing is known of it."
    )
    limit_s: float
    status: Literal["fresh", "late", "not known"]


@router.get("/freshness/history", response_model=Listing[Hour], responses=DOCUMENTED)
def read_history(asked: Asked, question: Annotated[HistoryQuestion, Query()]) -> Response:
    """How far each table was behind at worst, hour by hour.

    By the list of runs; of the time before runs were listed, by how old the rows were that were loaded.
    """
    limits = freshness.limits()

    def compose(snapshot: Snapshot) -> Listing[Hour]:
        hours = freshness_history.worst_by_hour(snapshot, question.hours, datetime.now(UTC))
        return Listing[Hour](rows=[_hour(**row, limit_s=limits[row["table"]].total_seconds()) for row in hours])

    return asked.fresh(question, compose)


def _hour(table: str, hour: datetime, worst_behind_s: float | None, limit_s: float) -> Hour:
    late = worst_behind_s is not None and worst_behind_s > limit_s
    status: Literal["fresh", "late", "not known"] = (
        "not known" if worst_behind_s is None else "late" if late else "fresh"
    )
    return Hour(table=table, hour=hour, worst_behind_s=worst_behind_s, limit_s=limit_s, status=status)
