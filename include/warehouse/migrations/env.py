"""Alembic's entry: runs the migrations in the connection, and the transaction, that the caller opened."""

from alembic import context

from include.warehouse.migrate import VERSION_TABLE
from include.warehouse.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata(),
    version_table=VERSION_TABLE,
    compare_type=True,
)
context.run_migrations()
