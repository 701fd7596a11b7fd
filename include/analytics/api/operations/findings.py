"""`/operations/quarantine` and `/operations/checks`: what is wrong with the data."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from include.alerts.story.quality import DIFFERENT, QUARANTINE
from include.analytics.api.asking import Asked, Question
from include.analytics.api.operations.listing import Hours, Limit, Listing, TableName, runbook_url
from include.analytics.api.problems import DOCUMENTED
from include.analytics.queries import findings
from include.analytics.reading import Row, Snapshot

router = APIRouter()
_DAY = timedelta(days=1)


class QuarantineQuestion(Question):
    """Which rows that were set aside are asked for, newest first."""

    state: Literal["open", "resolved", "all"] = Field(
        "open", description="Those in quarantine, those that loaded or went since, or both."
    )
    table: TableName | None = Field(None, description="Those of this table.")
    limit: Limit = 100


class SetAside(BaseModel):
    """A row that breaks its table's declaration. It loads by itself once the source is corrected."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "table": "fact_sales_order",
                    "natural_key": "4711",
                    "rules": "agreed_payment_date is '2024-13-01', expected a day as YYYY-MM-DD, never NULL",
                    "found_at": "2024-11-14T14:05:03Z",
                    "resolved_at": None,
                    "object_key": "quarantine/fact_sales_order/date=2024-11-14/load_id=5f2a81c6/rows.jsonl",
                    "load_id": "5f2a81c60d9b4e37",
                }
            ]
        }
    )

    table: str
    natural_key: str = Field(description="As the source writes it.")
    rules: str = Field(description="What it breaks: column, value, what was expected.")
    found_at: datetime
    resolved_at: datetime | None = Field(description="When it loaded, or went; null: it is in quarantine.")
    object_key: str = Field(description="Where in the processed bucket the whole row lies.")
    load_id: str = Field(description="The load that last met it.")


class Quarantine(Listing[SetAside]):
    """Rows that were set aside."""

    open_rows: int = Field(description="How many are in quarantine, whatever was asked for.")
    runbook_url: str | None = Field(description="What to do.")


@router.get("/quarantine", response_model=Quarantine, responses=DOCUMENTED)
def read_quarantine(asked: Asked, question: Annotated[QuarantineQuestion, Query()]) -> Response:
    """Rows that were set aside, with the rules that they break and where they lie whole."""
    statement = findings.quarantine(state=question.state, table=question.table, limit=question.limit)

    def compose(snapshot: Snapshot) -> Quarantine:
        return Quarantine(
            rows=[SetAside(**row) for row in snapshot.rows(statement)],
            open_rows=snapshot.rows(findings.open_entries())[0]["open"],
            runbook_url=runbook_url(QUARANTINE),
        )

    return asked.fresh(question, compose)


class Check(BaseModel):
    """A comparison of a table with its source: rows counted, and their contents by checksum."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "table": "fact_payment",
                    "checked_at": "2024-11-14T14:00:05Z",
                    "outcome": "equal",
                    "source_rows": 16012,
                    "warehouse_rows": 16012,
                    "source_checksum": "9223372036854775807",
                    "warehouse_checksum": "9223372036854775807",
                    "after_key": None,
                    "upto_key": None,
                }
            ]
        }
    )

    table: str
    checked_at: datetime
    outcome: str = Field(
        description="`equal`, `different`, `moved on` (changes waited to be read, so nothing was compared) or"
        " `impossible: <error>`."
    )
    source_rows: int | None = Field(description="Rows in the source, less those in quarantine.")
    warehouse_rows: int | None = Field(description="Current rows in the warehouse, less those in quarantine.")
    source_checksum: Decimal | None
    warehouse_checksum: Decimal | None
    after_key: int | None = Field(description="Of a large table one slice was compared: the keys behind this one …")
    upto_key: int | None = Field(description="… up to this one; null: no bound.")


class LatestCheck(Check):
    """The last comparison of a table, and how many there were in the last day."""

    checks: int = Field(description="Comparisons in the last 24 hours.")
    differences: int = Field(description="Those of them that found it different.")


class LatestChecks(Listing[LatestCheck]):
    """The last comparison of each table."""

    runbook_url: str | None = Field(description="What to do about a difference.")


@router.get("/checks", response_model=LatestChecks, responses=DOCUMENTED)
def read_checks(asked: Asked, question: Annotated[Question, Query()]) -> Response:
    """Does the warehouse hold what the source holds? The last comparison of each table."""

    def compose(snapshot: Snapshot) -> LatestChecks:
        counted = {row["table"]: row for row in snapshot.rows(findings.checks_counted(datetime.now(UTC) - _DAY))}
        latest = snapshot.rows(findings.latest_checks())
        rows = [_latest(row, counted.get(row["table"], {})) for row in latest]
        return LatestChecks(rows=rows, runbook_url=runbook_url(DIFFERENT))

    return asked.fresh(question, compose)


def _latest(row: Row, counted: Row) -> LatestCheck:
    return LatestCheck(**row, checks=counted.get("checks", 0), differences=counted.get("differences", 0))


class ChecksQuestion(Question):
    """Which comparisons are asked for, newest first."""

    hours: Hours = 24
    table: TableName | None = Field(None, description="Those of this table.")
    limit: Limit = 1000


@router.get("/checks/history", response_model=Listing[Check], responses=DOCUMENTED)
def read_check_history(asked: Asked, question: Annotated[ChecksQuestion, Query()]) -> Response:
    """Every comparison of the last hours."""

    def compose(snapshot: Snapshot) -> Listing[Check]:
        since = datetime.now(UTC) - timedelta(hours=question.hours)
        statement = findings.checks(since=since, table=question.table, limit=question.limit)
        return Listing[Check](rows=[Check(**row) for row in snapshot.rows(statement)])

    return asked.fresh(question, compose)
