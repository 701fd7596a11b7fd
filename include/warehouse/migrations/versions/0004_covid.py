"""COVID."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """COVID."""
    op.create_table(
        "covid_us_daily",
        sa.Column("covid_record_id", sa.Integer(), nullable=False, comment="The version's own key, in load order."),
        sa.Column(
            "date", sa.Date(), autoincrement=False, nullable=False, comment="The day, as both sources report it."
        ),
        sa.Column(
            "cases",
            sa.Integer(),
            autoincrement=False,
            nullable=False,
            comment="Cases since the beginning, by the day they were announced.",
        ),
        sa.Column("deaths", sa.Integer(), autoincrement=False, nullable=False, comment="Deaths since the beginning."),
        sa.Column(
            "recovered",
            sa.Integer(),
            autoincrement=False,
            nullable=True,
            comment="Recoveries since the beginning; NULL where they are not reported (since 2020-12-14).",
        ),
        sa.Column(
            "is_current", sa.Boolean(), nullable=False, comment="Whether this is the latest version of its natural key."
        ),
        sa.Column("is_deleted", sa.Boolean(), nullable=False, comment="Whether the source no longer has it."),
        sa.Column("_load_id", sa.Text(), nullable=False, comment="The load that wrote the row (etl_ledger)."),
        sa.Column("_loaded_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it was written."),
        sa.Column(
            "_seen_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="The source's clock when it was read."
        ),
        sa.PrimaryKeyConstraint("covid_record_id", name=op.f("covid_us_daily_pkey")),
        comment="Cumulative COVID-19 cases, deaths and recoveries in the United States. Cases and deaths: The New York Times; recovered: Johns Hopkins University. One row: a version of a day.",
    )
    op.create_index(
        "covid_us_daily_current_key", "covid_us_daily", ["date"], unique=True, postgresql_where=sa.text("is_current")
    )
    op.create_index("covid_us_daily_history_idx", "covid_us_daily", ["date", "covid_record_id"], unique=False)


def downgrade() -> None:
    """Undo it."""
    op.drop_index("covid_us_daily_history_idx", table_name="covid_us_daily")
    op.drop_index("covid_us_daily_current_key", table_name="covid_us_daily", postgresql_where=sa.text("is_current"))
    op.execute("DROP FUNCTION IF EXISTS covid_us_daily_as_of(timestamptz)")
    op.execute("DROP TABLE covid_us_daily CASCADE")  # with its views
