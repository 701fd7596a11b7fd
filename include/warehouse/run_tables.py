"""The runs as SQLAlchemy tables: how each one ended, and where every table stood then."""

import sqlalchemy as sa


def add(tables: sa.MetaData) -> None:
    """Add `etl_run` and `etl_run_table`."""
    sa.Table(
        "etl_run",
        tables,
        sa.Column("run_id", sa.Text, primary_key=True, comment="The Airflow run."),
        sa.Column("run_type", sa.Text, nullable=False, comment="scheduled, manual, backfill or asset_triggered."),
        sa.Column("started_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it began."),
        sa.Column("ended_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When its report was made."),
        sa.Column("outcome", sa.Text, nullable=False, comment="success or failed."),
        sa.Column("tables_loaded", sa.Integer, nullable=False, comment="Tables that it loaded something of."),
        sa.Column("tables_unchanged", sa.Integer, nullable=False, comment="Tables in which nothing had changed."),
        sa.Column("tables_failed", sa.Integer, nullable=False, comment="Tables that it did not bring up to date."),
        sa.Column("tasks_failed", sa.Text, nullable=False, comment="The tasks that failed, separated by spaces."),
        sa.Column("rows_new", sa.BigInteger, nullable=False, comment="Rows whose natural key was not there."),
        sa.Column("rows_revised", sa.BigInteger, nullable=False, comment="Rows that differ from the current ones."),
        sa.Column("rows_deleted", sa.BigInteger, nullable=False, comment="Rows that the source no longer has."),
        sa.Column("rows_quarantined", sa.BigInteger, nullable=False, comment="Rows that break the declaration."),
        sa.Index("etl_run_ended_at_idx", "ended_at"),
        comment="How each run of the last 90 days ended; also of those that found nothing to load.",
    )
    sa.Table(
        "etl_run_table",
        tables,
        sa.Column(
            "run_id",
            sa.Text,
            sa.ForeignKey("etl_run.run_id", ondelete="CASCADE"),
            primary_key=True,
            comment="The Airflow run.",
        ),
        sa.Column("table_name", sa.Text, primary_key=True, comment="The warehouse table."),
        sa.Column(
            "fresh_at",
            sa.TIMESTAMP(timezone=True),
            nullable=False,
            comment="Whatever the source had committed before this instant stood in the warehouse.",
        ),
        comment="Where each table stood when a run ended: the history of its freshness.",
    )
