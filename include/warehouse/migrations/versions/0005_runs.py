"""Runs."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Runs."""
    op.create_table(
        "etl_run",
        sa.Column("run_id", sa.Text(), nullable=False, comment="The Airflow run."),
        sa.Column("run_type", sa.Text(), nullable=False, comment="scheduled, manual or backfill."),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it began."),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When its report was made."),
        sa.Column("outcome", sa.Text(), nullable=False, comment="success or failed."),
        sa.Column("tables_loaded", sa.Integer(), nullable=False, comment="Tables that it loaded something of."),
        sa.Column("tables_unchanged", sa.Integer(), nullable=False, comment="Tables in which nothing had changed."),
        sa.Column("tables_failed", sa.Integer(), nullable=False, comment="Tables that it did not bring up to date."),
        sa.Column("tasks_failed", sa.Text(), nullable=False, comment="The tasks that failed, separated by spaces."),
        sa.Column("rows_new", sa.BigInteger(), nullable=False, comment="Rows whose natural key was not there."),
        sa.Column("rows_revised", sa.BigInteger(), nullable=False, comment="Rows that differ from the current ones."),
        sa.Column("rows_deleted", sa.BigInteger(), nullable=False, comment="Rows that the source no longer has."),
        sa.Column("rows_quarantined", sa.BigInteger(), nullable=False, comment="Rows that break the declaration."),
        sa.PrimaryKeyConstraint("run_id", name=op.f("etl_run_pkey")),
        comment="How each run of the last 90 days ended; also of those that found nothing to load.",
    )
    op.create_index("etl_run_ended_at_idx", "etl_run", ["ended_at"], unique=False)
    op.create_table(
        "etl_run_table",
        sa.Column("run_id", sa.Text(), nullable=False, comment="The Airflow run."),
        sa.Column("table_name", sa.Text(), nullable=False, comment="The warehouse table."),
        sa.Column(
            "fresh_at",
            sa.TIMESTAMP(timezone=True),
            nullable=False,
            comment="Whatever the source had committed before this instant stood in the warehouse.",
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["etl_run.run_id"], name=op.f("etl_run_table_run_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "table_name", name=op.f("etl_run_table_pkey")),
        comment="Where each table stood when a run ended: the history of its freshness.",
    )
    op.create_index("etl_ledger_run_id_idx", "etl_ledger", ["run_id"], unique=False)


def downgrade() -> None:
    """Undo it."""
    op.drop_index("etl_ledger_run_id_idx", table_name="etl_ledger")
    op.drop_table("etl_run_table")
    op.drop_index("etl_run_ended_at_idx", table_name="etl_run")
    op.drop_table("etl_run")
