"""The outbox of alerts as SQLAlchemy tables: what happened, and by which channels it was told."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


def told_by() -> sa.Column[Any]:
    """The column of what people are told of: set in the transaction that writes the alert down."""
    return sa.Column("alert_id", sa.Text, comment="The alert that told of it; NULL: not told yet.")


def add(tables: sa.MetaData) -> None:
    """Add `etl_alert` and `etl_delivery`."""
    sa.Table(
        "etl_alert",
        tables,
        sa.Column("alert_id", sa.Text, primary_key=True, comment="Made from what happened; an alert is told once."),
        sa.Column("event", sa.Text, nullable=False, comment="loaded, failed, deadline_missed, data_quality, …"),
        sa.Column("run_id", sa.Text, nullable=False, comment="The Airflow run that it is about."),
        sa.Column("happened_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it happened."),
        sa.Column("record", postgresql.JSONB, nullable=False, comment="The whole alert, as programs are sent it."),
        sa.Column("incident", sa.Text, comment="What has to recover; NULL: nothing."),
        sa.Column("ailing", postgresql.ARRAY(sa.Text), nullable=False, comment="The tables still to recover."),
        sa.Column("resolved_at", sa.TIMESTAMP(timezone=True), comment="When all had recovered; NULL: still open."),
        # One open alert an incident: however many runs fail for the same cause, people hear of it once.
        sa.Index(
            "etl_alert_open_key",
            "incident",
            unique=True,
            postgresql_where=sa.text("event = 'failed' AND resolved_at IS NULL"),
        ),
        sa.Index("etl_alert_happened_at_idx", "happened_at"),
        comment="What people were, or are to be, told; written before it is sent.",
    )
    sa.Table(
        "etl_delivery",
        tables,
        sa.Column("alert_id", sa.Text, sa.ForeignKey("etl_alert.alert_id"), primary_key=True, comment="The alert."),
        sa.Column("channel", sa.Text, primary_key=True, comment="mail or sns."),
        sa.Column("sent_at", sa.TIMESTAMP(timezone=True), comment="When it was handed over; NULL: still to be sent."),
        sa.Column("last_error", sa.Text, comment="Why it could not be, the last time it was tried."),
        sa.Index("etl_delivery_pending_idx", "alert_id", postgresql_where=sa.text("sent_at IS NULL")),
        comment="How an alert is told; kept until the mail server or the topic takes it.",
    )
