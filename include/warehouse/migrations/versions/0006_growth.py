"""Indexes for a long past, slices of comparisons."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Indexes for a long past, slices of comparisons."""
    op.add_column(
        "etl_check",
        sa.Column(
            "after_key",
            sa.BigInteger(),
            nullable=True,
            comment="Of a large table one slice was compared: keys behind this one",
        ),
    )
    op.add_column(
        "etl_check", sa.Column("upto_key", sa.BigInteger(), nullable=True, comment="up to this one; NULL: no bound.")
    )
    op.create_index("etl_check_checked_at_idx", "etl_check", ["checked_at"], unique=False)
    op.create_index(
        "etl_check_untold_idx", "etl_check", ["check_id"], unique=False, postgresql_where=sa.text("alert_id IS NULL")
    )
    op.create_index("etl_ledger_loaded_at_idx", "etl_ledger", ["loaded_at"], unique=False)
    op.create_index("etl_ledger_snapshot_at_idx", "etl_ledger", ["snapshot_at"], unique=False)
    op.create_index(
        "etl_ledger_withheld_idx",
        "etl_ledger",
        ["table_name", "snapshot_at"],
        unique=False,
        postgresql_where=sa.text("rows_withheld > 0"),
    )


def downgrade() -> None:
    """Undo it."""
    op.drop_index("etl_ledger_withheld_idx", table_name="etl_ledger", postgresql_where=sa.text("rows_withheld > 0"))
    op.drop_index("etl_ledger_snapshot_at_idx", table_name="etl_ledger")
    op.drop_index("etl_ledger_loaded_at_idx", table_name="etl_ledger")
    op.drop_index("etl_check_untold_idx", table_name="etl_check", postgresql_where=sa.text("alert_id IS NULL"))
    op.drop_index("etl_check_checked_at_idx", table_name="etl_check")
    op.drop_column("etl_check", "upto_key")
    op.drop_column("etl_check", "after_key")
