"""What people were told, or are to be told."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from include.analytics.queries import stars


def alerts(*, event: str | None, only: str | None, limit: int) -> sa.Select[Any]:
    """The latest alerts; ``only`` those of an `open` incident, or that are still `unsent` somewhere."""
    alert, delivery = stars.table("etl_alert"), stars.table("etl_delivery")
    statement = sa.select(alert).order_by(alert.c.happened_at.desc(), alert.c.alert_id).limit(limit)
    if event is not None:
        statement = statement.where(alert.c.event == event)
    if only == "open":
        statement = statement.where(_is_open(alert))
    if only == "unsent":
        waiting = sa.select(delivery.c.alert_id).where(delivery.c.sent_at.is_(None))
        statement = statement.where(alert.c.alert_id.in_(waiting))
    return statement


def open_incidents() -> sa.Select[Any]:
    """How many incidents are open."""
    alert = stars.table("etl_alert")
    return sa.select(sa.func.count().label("open")).select_from(alert).where(_is_open(alert))


def deliveries(alert_ids: Sequence[str]) -> sa.Select[Any]:
    """By which channels these alerts are told."""
    delivery = stars.table("etl_delivery")
    return (
        sa.select(delivery.c.alert_id, delivery.c.channel, delivery.c.sent_at, delivery.c.last_error)
        .where(delivery.c.alert_id.in_(alert_ids))
        .order_by(delivery.c.channel)
    )


def _is_open(alert: sa.Table) -> sa.ColumnElement[bool]:
    return sa.and_(alert.c.event == "failed", alert.c.resolved_at.is_(None))
