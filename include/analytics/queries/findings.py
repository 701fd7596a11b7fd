"""What is wrong with the data: rows in quarantine, and tables that differ from their source."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from include.analytics.queries import stars
from include.catalog import SOURCE_FED


def quarantine(*, state: str, table: str | None, limit: int) -> sa.Select[Any]:
    """Rows set aside, newest first; ``state`` is `open`, `resolved` or `all`."""
    entry = stars.table("etl_quarantine")
    statement = sa.select(
        entry.c.table_name.label("table"),
        entry.c.natural_key,
        entry.c.rules,
        entry.c.found_at,
        entry.c.resolved_at,
        entry.c.object_key,
        entry.c.load_id,
    ).order_by(entry.c.found_at.desc(), entry.c.quarantine_id.desc())
    if state != "all":
        is_open = entry.c.resolved_at.is_(None)
        statement = statement.where(is_open if state == "open" else ~is_open)
    return (statement if table is None else statement.where(entry.c.table_name == table)).limit(limit)


def open_entries() -> sa.Select[Any]:
    """How many rows are in quarantine."""
    entry = stars.table("etl_quarantine")
    return sa.select(sa.func.count().label("open")).select_from(entry).where(entry.c.resolved_at.is_(None))


def latest_checks() -> sa.Select[Any]:
    """The last comparison of each table of the shop with its source."""
    # One look into the index a table, however many comparisons there were.
    each = (sa.select(_latest_check(table.name).subquery()) for table in SOURCE_FED)
    latest = sa.union_all(*each).subquery("latest")
    return sa.select(latest).order_by(latest.c.table)


def _latest_check(table: str) -> sa.Select[Any]:
    check = stars.table("etl_check")
    newest_first = (check.c.checked_at.desc(), check.c.check_id.desc())
    return _compared(check).where(check.c.table_name == table).order_by(*newest_first).limit(1)


def checks(*, since: datetime, table: str | None, limit: int) -> sa.Select[Any]:
    """The comparisons since an instant, newest first."""
    check = stars.table("etl_check")
    statement = _compared(check).where(check.c.checked_at >= since)
    statement = statement.order_by(check.c.checked_at.desc(), check.c.check_id.desc()).limit(limit)
    return statement if table is None else statement.where(check.c.table_name == table)


def checks_counted(since: datetime) -> sa.Select[Any]:
    """For each table how many comparisons there were since an instant, and in how many it differed."""
    check = stars.table("etl_check")
    return (
        sa.select(
            check.c.table_name.label("table"),
            sa.func.count().label("checks"),
            sa.func.count().filter(check.c.outcome == "different").label("differences"),
        )
        .where(check.c.checked_at >= since)
        .group_by(check.c.table_name)
    )


def _compared(check: sa.Table) -> sa.Select[Any]:
    return sa.select(
        check.c.table_name.label("table"),
        check.c.checked_at,
        check.c.outcome,
        check.c.source_rows,
        check.c.warehouse_rows,
        check.c.source_checksum,
        check.c.warehouse_checksum,
        check.c.after_key,
        check.c.upto_key,
    )
