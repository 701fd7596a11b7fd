"""Deletes, quarantine, drift, checks."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STARS = (
    "dim_counterparty",
    "dim_currency",
    "dim_design",
    "dim_location",
    "dim_payment_type",
    "dim_staff",
    "dim_transaction",
    "fact_payment",
    "fact_purchase_order",
    "fact_sales_order",
)
SEEN_AT: sa.Column[Any] = sa.Column(
    "_seen_at", sa.TIMESTAMP(timezone=True), comment="The source's clock when it was read."
)
LEDGER: tuple[tuple[sa.Column[Any], str], ...] = (
    (sa.Column("rows_deleted", sa.BigInteger(), comment="Rows that the source no longer has."), "0"),
    (sa.Column("rows_withheld", sa.BigInteger(), comment="Rows that seem gone; too many to believe."), "0"),
    (sa.Column("rows_quarantined", sa.BigInteger(), comment="Rows that break the declaration."), "0"),
    (sa.Column("bounded", sa.Boolean(), comment="Other sessions could not be seen: a cautious horizon."), "false"),
)


def add_required(table: str, column: sa.Column[Any], value: str) -> None:
    """Add a column that is NOT NULL, with a value for the rows that are there."""
    op.add_column(table, column._copy())
    op.execute(f"UPDATE {table} SET {column.name} = {value}")  # noqa: S608  constants of this file
    op.alter_column(table, column.name, nullable=False)


def upgrade() -> None:
    """Deletes, quarantine, drift, checks."""
    for star in STARS:
        add_required(star, SEEN_AT, "_loaded_at")
    for column, value in LEDGER:
        add_required("etl_ledger", column, value)
    op.create_table(
        "etl_check",
        sa.Column("check_id", sa.Integer(), nullable=False, comment="The check's own key."),
        sa.Column("table_name", sa.Text(), nullable=False, comment="The warehouse table."),
        sa.Column("checked_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="The source's clock then."),
        sa.Column(
            "outcome", sa.Text(), nullable=False, comment="equal, different, or moved on (the source has changes)."
        ),
        sa.Column(
            "source_rows", sa.BigInteger(), nullable=True, comment="Rows that the source holds, less the quarantined."
        ),
        sa.Column(
            "warehouse_rows",
            sa.BigInteger(),
            nullable=True,
            comment="Current rows that the warehouse holds, less the quarantined.",
        ),
        sa.Column("source_checksum", sa.Numeric(), nullable=True, comment="Sum of the hashes of the source's rows."),
        sa.Column(
            "warehouse_checksum", sa.Numeric(), nullable=True, comment="Sum of the hashes of the warehouse's rows."
        ),
        sa.PrimaryKeyConstraint("check_id", name=op.f("etl_check_pkey")),
        comment="Does the warehouse hold what the source holds? Counts and checksums, compared now and then.",
    )
    op.create_index("etl_check_table_name_idx", "etl_check", ["table_name", "checked_at"], unique=False)
    op.create_table(
        "etl_quarantine",
        sa.Column("quarantine_id", sa.Integer(), nullable=False, comment="The entry's own key."),
        sa.Column("table_name", sa.Text(), nullable=False, comment="The warehouse table."),
        sa.Column("natural_key", sa.Text(), nullable=False, comment="The row's key, as the source writes it."),
        sa.Column("rules", sa.Text(), nullable=False, comment="What it breaks: column, value, what was expected."),
        sa.Column("object_key", sa.Text(), nullable=False, comment="Where in the processed bucket the whole row lies."),
        sa.Column("load_id", sa.Text(), nullable=False, comment="The load that last met it."),
        sa.Column("found_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it was first set aside."),
        sa.Column(
            "resolved_at",
            sa.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When the row loaded or went; NULL: still open.",
        ),
        sa.PrimaryKeyConstraint("quarantine_id", name=op.f("etl_quarantine_pkey")),
        comment="Rows that break their table's declaration. They load by themselves once the source is corrected.",
    )
    op.create_index(
        "etl_quarantine_open_key",
        "etl_quarantine",
        ["table_name", "natural_key"],
        unique=True,
        postgresql_where=sa.text("resolved_at IS NULL"),
    )
    op.create_table(
        "etl_source_column",
        sa.Column("column_name", sa.Text(), nullable=False, comment="The column, as source.table.column."),
        sa.Column("noticed_at", sa.TIMESTAMP(timezone=True), nullable=False, comment="When it was first met."),
        sa.PrimaryKeyConstraint("column_name", name=op.f("etl_source_column_pkey")),
        comment="Source columns that the catalogue does not declare; each is reported once.",
    )
    op.alter_column(
        "etl_ledger",
        "mode",
        existing_type=sa.TEXT(),
        comment="incremental, stamped, proof, full or backfill.",
        existing_comment="incremental, full or backfill.",
        existing_nullable=False,
    )
    op.add_column(
        "etl_watermark",
        sa.Column(
            "horizon", sa.TIMESTAMP(timezone=True), nullable=True, comment="Where the next read by last_updated starts."
        ),
    )
    op.add_column(
        "etl_watermark",
        sa.Column(
            "proven_at",
            sa.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When transaction ids last proved the table.",
        ),
    )
    op.add_column(
        "etl_watermark",
        sa.Column(
            "keys_at",
            sa.TIMESTAMP(timezone=True),
            nullable=True,
            comment="When its keys were last compared with the source's.",
        ),
    )


def downgrade() -> None:
    """Undo it."""
    for star in STARS:
        op.drop_column(star, "_seen_at")
    for column, _ in LEDGER:
        op.drop_column("etl_ledger", column.name)
    op.drop_column("etl_watermark", "keys_at")
    op.drop_column("etl_watermark", "proven_at")
    op.drop_column("etl_watermark", "horizon")
    op.alter_column(
        "etl_ledger",
        "mode",
        existing_type=sa.TEXT(),
        comment="incremental, full or backfill.",
        existing_comment="incremental, stamped, proof, full or backfill.",
        existing_nullable=False,
    )
    op.drop_table("etl_source_column")
    op.drop_index(
        "etl_quarantine_open_key", table_name="etl_quarantine", postgresql_where=sa.text("resolved_at IS NULL")
    )
    op.drop_table("etl_quarantine")
    op.drop_index("etl_check_table_name_idx", table_name="etl_check")
    op.drop_table("etl_check")
