"""Runs and what they loaded, newest first."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from include.analytics.queries import stars


def runs(*, only: str | None, before: datetime | None, limit: int) -> sa.Select[Any]:
    """The latest runs; ``only`` those that `failed` or `changed` something, ended ``before`` an instant."""
    run = stars.table("etl_run")
    statement = sa.select(run).order_by(run.c.ended_at.desc(), run.c.run_id).limit(limit)
    if only == "failed":
        statement = statement.where(run.c.outcome == "failed")
    if only == "changed":
        statement = statement.where(
            run.c.rows_new + run.c.rows_revised + run.c.rows_deleted + run.c.rows_quarantined > 0
        )
    return statement if before is None else statement.where(run.c.ended_at < before)


def loads(
    *, run_ids: list[str] | None = None, table: str | None = None, before: datetime | None = None, limit: int | None
) -> sa.Select[Any]:
    """The latest loads, of some runs or of all."""
    ledger = stars.table("etl_ledger")
    statement = sa.select(
        ledger.c.load_id,
        ledger.c.table_name.label("table"),
        ledger.c.mode,
        ledger.c.run_id,
        ledger.c.loaded_at,
        ledger.c.snapshot_at,
        ledger.c.seconds,
        ledger.c.rows_read,
        ledger.c.rows_new,
        ledger.c.rows_revised,
        ledger.c.rows_deleted,
        ledger.c.rows_withheld,
        ledger.c.rows_quarantined,
        ledger.c.bytes_read,
    ).order_by(ledger.c.loaded_at.desc(), ledger.c.load_id)
    if run_ids is not None:
        statement = statement.where(ledger.c.run_id.in_(run_ids))
    if table is not None:
        statement = statement.where(ledger.c.table_name == table)
    if before is not None:
        statement = statement.where(ledger.c.loaded_at < before)
    return statement if limit is None else statement.limit(limit)
