"""Alerts."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TOLD = ("etl_ledger", "etl_quarantine", "etl_source_column", "etl_check")


def upgrade() -> None:
    """Alerts."""
    op.create_table(
        "etl_alert",
        sa.Column("alert_id", sa.Text(), nullable=False, comment="Made from what happened; an alert is told once."),
        sa.Column("event", sa.Text(), nullable=False, comment="loaded, failed, deadline_missed, data_quality, …"),
        sa.Column("run_id", sa.Text(), nullable=False, comment="The Airflow run that it is about."),
        sa.Column("happened_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it happened."),
        sa.Column(
            "record",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="The whole alert, as programs are sent it.",
        ),
        sa.Column("incident", sa.Text(), nullable=True, comment="What has to recover; NULL: nothing."),
        sa.Column("ailing", postgresql.ARRAY(sa.Text()), nullable=False, comment="The tables still to recover."),
        sa.Column(
            "resolved_at",
            sa.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When all had recovered; NULL: still open.",
        ),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("etl_alert_pkey")),
        comment="What people were, or are to be, told; written before it is sent.",
    )
    op.create_index("etl_alert_happened_at_idx", "etl_alert", ["happened_at"], unique=False)
    op.create_index(
        "etl_alert_open_key",
        "etl_alert",
        ["incident"],
        unique=True,
        postgresql_where=sa.text("event = 'failed' AND resolved_at IS NULL"),
    )
    op.create_table(
        "etl_delivery",
        sa.Column("alert_id", sa.Text(), nullable=False, comment="The alert."),
        sa.Column("channel", sa.Text(), nullable=False, comment="mail or sns."),
        sa.Column(
            "sent_at",
            sa.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When it was handed over; NULL: still to be sent.",
        ),
        sa.Column("last_error", sa.Text(), nullable=True, comment="Why it could not be, the last time it was tried."),
        sa.ForeignKeyConstraint(["alert_id"], ["etl_alert.alert_id"], name=op.f("etl_delivery_alert_id_fkey")),
        sa.PrimaryKeyConstraint("alert_id", "channel", name=op.f("etl_delivery_pkey")),
        comment="How an alert is told; kept until the mail server or the topic takes it.",
    )
    op.create_index(
        "etl_delivery_pending_idx",
        "etl_delivery",
        ["alert_id"],
        unique=False,
        postgresql_where=sa.text("sent_at IS NULL"),
    )
    for table in TOLD:
        comment = "The alert that told of it; NULL: not told yet."
        op.add_column(table, sa.Column("alert_id", sa.Text(), nullable=True, comment=comment))
        op.execute(f"UPDATE {table} SET alert_id = 'none: it is older than the alerts'")  # noqa: S608  constants of this file
    op.create_index(
        "etl_ledger_untold_idx", "etl_ledger", ["run_id"], unique=False, postgresql_where=sa.text("alert_id IS NULL")
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_index("etl_ledger_untold_idx", table_name="etl_ledger", postgresql_where=sa.text("alert_id IS NULL"))
    for table in TOLD:
        op.drop_column(table, "alert_id")
    op.drop_index("etl_delivery_pending_idx", table_name="etl_delivery", postgresql_where=sa.text("sent_at IS NULL"))
    op.drop_table("etl_delivery")
    op.drop_index(
        "etl_alert_open_key",
        table_name="etl_alert",
        postgresql_where=sa.text("event = 'failed' AND resolved_at IS NULL"),
    )
    op.drop_index("etl_alert_happened_at_idx", table_name="etl_alert")
    op.drop_table("etl_alert")
