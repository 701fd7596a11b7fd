"""Replay by a role that owns nothing."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Replay by a role that owns nothing."""
    # Only a sequence's owner may restart it so that a rollback undoes it. Whoever may call this, may do that, no more.
    op.execute("""
        CREATE FUNCTION etl_restart_numbers(numbers regclass) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
        BEGIN
          EXECUTE format('ALTER SEQUENCE %s RESTART', numbers);
        END $$
    """)
    op.execute("COMMENT ON FUNCTION etl_restart_numbers(regclass) IS 'Number the rows from 1 again, for a replay.'")
    op.execute("COMMENT ON COLUMN etl_run.run_type IS 'scheduled, manual, backfill or asset_triggered.'")
    op.execute("REVOKE ALL ON FUNCTION etl_restart_numbers(regclass) FROM PUBLIC")


def downgrade() -> None:
    """Undo it."""
    op.execute("COMMENT ON COLUMN etl_run.run_type IS 'scheduled, manual or backfill.'")
    op.execute("DROP FUNCTION etl_restart_numbers(regclass)")
