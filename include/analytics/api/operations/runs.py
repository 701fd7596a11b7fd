"""`/operations/runs` and `/operations/loads`: what ran, how it ended, what it loaded."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from include.analytics.api.asking import Asked, Question
from include.analytics.api.operations.listing import Limit, Listing, RunId, RunUrls, TableName
from include.analytics.api.problems import DOCUMENTED
from include.analytics.api.values import Instant
from include.analytics.queries import runs
from include.analytics.reading import Row, Snapshot

router = APIRouter()


class LoadsQuestion(Question):
    """Which loads are asked for, newest first."""

    run_id: RunId | None = Field(None, description="Those of this run.")
    table: TableName | None = Field(None, description="Those of this table.")
    before: Instant | None = Field(None, description="Those committed before this instant, to go on from.")
    limit: Limit = 50


class Load(BaseModel):
    """A load: one read of one table, committed as a whole."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "load_id": "5f2a81c60d9b4e37",
                    "table": "fact_payment",
                    "mode": "incremental",
                    "run_id": "scheduled__2024-11-14T14:05:00+00:00",
                    "run_url": None,
                    "loaded_at": "2024-11-14T14:05:09Z",
                    "snapshot_at": "2024-11-14T14:05:03Z",
                    "lag_s": 6.0,
                    "seconds": 0.12,
                    "rows_read": 4,
                    "rows_new": 3,
                    "rows_revised": 1,
                    "rows_deleted": 0,
                    "rows_withheld": 0,
                    "rows_quarantined": 0,
                    "bytes_read": 5120,
                }
            ]
        }
    )

    load_id: str
    table: str
    mode: str = Field(description="incremental, stamped, proof, full or backfill.")
    run_id: str
    run_url: str | None = Field(description="Where Airflow shows the run.")
    loaded_at: datetime
    snapshot_at: datetime = Field(description="When its rows were read, by the source's clock.")
    lag_s: float = Field(description="Seconds from there to the commit.")
    seconds: float = Field(description="How long the load took, without reading and transforming.")
    rows_read: int
    rows_new: int
    rows_revised: int
    rows_deleted: int
    rows_withheld: int = Field(description="Rows that seem gone; too many to believe.")
    rows_quarantined: int
    bytes_read: int = Field(description="Bytes of Parquet.")


@router.get("/loads", response_model=Listing[Load], responses=DOCUMENTED)
def read_loads(asked: Asked, question: Annotated[LoadsQuestion, Query()], run_url: RunUrls) -> Response:
    """The loads of a run, of a table, or the latest of all."""
    statement = runs.loads(
        run_ids=None if question.run_id is None else [question.run_id],
        table=question.table,
        before=question.before,
        limit=question.limit,
    )
    return asked.fresh(
        question, lambda snapshot: Listing[Load](rows=[_load(row, run_url) for row in snapshot.rows(statement)])
    )


class RunsQuestion(Question):
    """Which runs are asked for, newest first."""

    only: Literal["failed", "changed"] | None = Field(
        None, description="Those that failed, or those that changed or set aside rows."
    )
    before: Instant | None = Field(None, description="Those that ended before this instant, to go on from.")
    limit: Limit = 50


class Run(BaseModel):
    """A run of the pipeline. The last 90 days of them are kept."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "run_id": "scheduled__2024-11-14T14:05:00+00:00",
                    "run_url": "https://airflow.example.com/dags/totes_etl/runs/scheduled__2024-11-14T14:05:00+00:00",
                    "run_type": "scheduled",
                    "outcome": "success",
                    "started_at": "2024-11-14T14:05:00Z",
                    "ended_at": "2024-11-14T14:05:11Z",
                    "duration_s": 11.0,
                    "tables_loaded": 1,
                    "tables_unchanged": 10,
                    "tables_failed": 0,
                    "tasks_failed": [],
                    "rows_new": 3,
                    "rows_revised": 1,
                    "rows_deleted": 0,
                    "rows_quarantined": 0,
                }
            ]
        }
    )

    run_id: str
    run_url: str | None = Field(description="Where Airflow shows it.")
    run_type: str = Field(
        description="As Airflow names it: scheduled, manual, backfill, asset_triggered (a change in the shop)."
    )
    outcome: Literal["success", "failed"]
    started_at: datetime
    ended_at: datetime
    duration_s: float
    tables_loaded: int
    tables_unchanged: int
    tables_failed: int = Field(description="Tables that it did not bring up to date.")
    tasks_failed: list[str]
    rows_new: int
    rows_revised: int
    rows_deleted: int
    rows_quarantined: int


class RunWithLoads(Run):
    """A run, and what it loaded. In CSV it is the run alone: `/operations/loads` has the loads."""

    loads: list[Load] = Field(description="By table, in the order of their commits.")


@router.get("/runs", response_model=Listing[RunWithLoads], responses=DOCUMENTED)
def read_runs(asked: Asked, question: Annotated[RunsQuestion, Query()], run_url: RunUrls) -> Response:
    """The latest runs: how they ended, how long they took, how many rows they brought."""

    statement = runs.runs(only=question.only, before=question.before, limit=question.limit)

    def listed(snapshot: Snapshot) -> Listing[Run]:
        return Listing[Run](rows=[Run(**_run(row, run_url)) for row in snapshot.rows(statement)])

    def with_loads(snapshot: Snapshot) -> Listing[RunWithLoads]:
        found = snapshot.rows(statement)
        loads = _loads_by_run(snapshot, [row["run_id"] for row in found], run_url)
        rows = [RunWithLoads(**_run(row, run_url), loads=loads[row["run_id"]]) for row in found]
        return Listing[RunWithLoads](rows=rows)

    return asked.fresh(question, listed if question.format == "csv" else with_loads)


def _run(row: Row, run_url: RunUrls) -> dict[str, Any]:
    return {
        **row,
        "run_url": run_url(row["run_id"]),
        "duration_s": (row["ended_at"] - row["started_at"]).total_seconds(),
        "tasks_failed": row["tasks_failed"].split(),
    }


def _loads_by_run(snapshot: Snapshot, run_ids: list[str], run_url: RunUrls) -> Mapping[str, list[Load]]:
    by_run = defaultdict(list)
    for row in snapshot.rows(runs.loads(run_ids=run_ids, limit=None)):
        by_run[row["run_id"]].append(_load(row, run_url))
    for loads in by_run.values():
        loads.sort(key=lambda load: (load.table, load.loaded_at))
    return by_run


def _load(row: Row, run_url: RunUrls) -> Load:
    lag_s = (row["loaded_at"] - row["snapshot_at"]).total_seconds()
    return Load(**row, run_url=run_url(row["run_id"]), lag_s=lag_s)
