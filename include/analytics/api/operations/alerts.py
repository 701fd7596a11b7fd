"""`/operations/alerts`: what people were told, or are to be told."""

import json
from collections import defaultdict
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from include.alerts import record, story
from include.alerts.model import SEVERITY, Alert, Event
from include.analytics.api.asking import Asked, Question
from include.analytics.api.operations.listing import Limit, Listing, RunUrls
from include.analytics.api.problems import DOCUMENTED
from include.analytics.queries import alerts
from include.analytics.reading import Row, Snapshot
from include.settings import AlertSettings

router = APIRouter()


class AlertsQuestion(Question):
    """Which alerts are asked for, newest first."""

    event: Event | None = Field(None, description="Those of this kind.")
    only: Literal["open", "unsent"] | None = Field(
        None, description="Those of incidents that are open, or those that a channel did not take yet."
    )
    limit: Limit = 50


class Told(BaseModel):
    """An alert. Whom it is sent to is not said here, nor what an error said: that is in its mail and in the logs."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "alert_id": "failed/scheduled__2024-11-14T14:05:00+00:00/3f9ab2c10d77/2024-11-14T14:05:12+00:00",
                    "event": "failed",
                    "severity": "error",
                    "happened_at": "2024-11-14T14:05:12Z",
                    "title": "fact_payment.load \N{EN DASH} try 3/3",
                    "summary": "fact_payment.load failed: the warehouse does not answer.",
                    "next_step": "See that the warehouse's database runs.",
                    "tables": ["fact_payment"],
                    "incident": "recovered",
                    "resolved_at": "2024-11-14T14:20:09Z",
                    "sent": ["mail", "sns"],
                    "unsent": [],
                    "unsent_because": None,
                    "run_id": "scheduled__2024-11-14T14:05:00+00:00",
                    "run_url": None,
                    "runbook_url": None,
                }
            ]
        }
    )

    alert_id: str
    event: str
    severity: str = Field(description="info, warning or error.")
    happened_at: datetime
    title: str
    summary: str
    next_step: str | None = Field(description="What to do.")
    tables: list[str] = Field(description="The tables concerned.")
    incident: Literal["open", "recovered"] | None = Field(description="Of a failure, whether it is over.")
    resolved_at: datetime | None = Field(description="When it was over.")
    sent: list[str] = Field(description="The channels that took it: mail, sns.")
    unsent: list[str] = Field(description="Those that it waits for.")
    unsent_because: str | None = Field(description="The kind of error that they last met.")
    run_id: str
    run_url: str | None = Field(description="Where Airflow shows the run.")
    runbook_url: str | None = Field(description="The section of the runbook about it.")


class Alerts(Listing[Told]):
    """What people were told. What is told while the warehouse is away is listed once it is back."""

    open_incidents: int = Field(description="How many are open, whatever was asked for.")


@router.get("/alerts", response_model=Alerts, responses=DOCUMENTED)
def read_alerts(asked: Asked, question: Annotated[AlertsQuestion, Query()], run_url: RunUrls) -> Response:
    """The latest alerts, whether their incidents are over, and by which channels they were told."""

    def compose(snapshot: Snapshot) -> Alerts:
        found = snapshot.rows(alerts.alerts(event=question.event, only=question.only, limit=question.limit))
        sendings = defaultdict(list)
        for row in snapshot.rows(alerts.deliveries([row["alert_id"] for row in found])):
            sendings[row["alert_id"]].append(row)
        return Alerts(
            rows=[_told(row, sendings[row["alert_id"]], run_url) for row in found],
            open_incidents=snapshot.rows(alerts.open_incidents())[0]["open"],
        )

    return asked.fresh(question, compose)


def _told(row: Row, sendings: list[Row], run_url: RunUrls) -> Told:
    unsent = [one for one in sendings if one["sent_at"] is None]
    is_incident = row["event"] == Event.FAILED
    return Told(
        alert_id=row["alert_id"],
        event=row["event"],
        happened_at=row["happened_at"],
        **_said(row),
        incident=("recovered" if row["resolved_at"] else "open") if is_incident else None,
        resolved_at=row["resolved_at"],
        sent=[one["channel"] for one in sendings if one["sent_at"] is not None],
        unsent=[one["channel"] for one in unsent],
        unsent_because=next((_kind(one["last_error"]) for one in unsent if one["last_error"]), None),
        run_id=row["run_id"],
        run_url=run_url(row["run_id"]),
    )


def _kind(error: str) -> str:
    """The error's class alone: its text may name recipients."""
    return error.partition(":")[0][:100]


def _said(row: Row) -> dict[str, Any]:
    """What the alert's story says; of one that another version wrote its event only."""
    try:
        alert = _alert(row["record"])
    except ValueError:
        return _said_by_name(row)
    told = story.tell(alert, AlertSettings.from_environment().runbook_url)
    runbook = next((link for link in told.links if link.is_web and link.name.startswith("Runbook")), None)
    return {
        "severity": alert.severity,
        "title": told.headline,
        "summary": " ".join(told.lead),
        "next_step": " ".join(sentence for name, sentence in told.advice if not name.endswith("?")) or None,
        "tables": list(alert.tables),
        "runbook_url": runbook.url if runbook else None,
    }


def _said_by_name(row: Row) -> dict[str, Any]:
    return {
        "severity": SEVERITY.get(row["event"], "info"),
        "title": row["event"],
        "summary": "It was written by another version of this project.",
        "next_step": None,
        "tables": [],
        "runbook_url": None,
    }


def _alert(kept: Any) -> Alert:
    # A database gives JSON as a dict, an extract as text.
    return record.from_record(json.loads(kept) if isinstance(kept, str) else kept)
