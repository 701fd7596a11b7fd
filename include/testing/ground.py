"""What the testing environment stands on: filled by its first run, emptied by whoever is done with it."""

from typing import TYPE_CHECKING

from psycopg import sql

from include.catalog import TABLES
from include.environment import TESTING
from include.testing import source
from include.warehouse import migrate, schemas
from include.warehouse.connection import Connection
from include.warehouse.schema import metadata

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def prepare(connection: Connection) -> None:
    """Give testing dummy rows to read, where it has none.

    The connection must be in autocommit mode and have testing's search path. Raises ``SchemaDriftError`` where
    testing's warehouse is not migrated: whoever deploys does that, for production and for testing, never a run.
    """
    migrate.check(connection)
    if not schemas.tables(connection, TESTING.source_schema):
        source.create(connection)


def clear(connection: Connection) -> int:
    """Remove testing's source and its warehouse's rows, together; returns how many rows the warehouse had.

    The calendar stays, as the migrations made it.
    """
    there = schemas.tables(connection, TESTING.warehouse_schema)
    with connection.transaction():
        schemas.empty(connection, TESTING.source_schema)
        return sum(_delete_all(connection, name) for name in _children_first() if name in there)


def _children_first() -> list[str]:
    """Every table that runs write, each before those that it refers to."""
    generated = {table.name for table in TABLES.values() if not table.is_fed}
    return [table.name for table in reversed(metadata().sorted_tables) if table.name not in generated]


def _delete_all(connection: Connection, name: str) -> int:
    table = sql.Identifier(TESTING.warehouse_schema, name)
    return connection.execute(sql.SQL("DELETE FROM {}").format(table)).rowcount


def clear_lake(client: "S3Client", bucket: str) -> int:
    """Delete what testing's runs stored in a bucket; returns how many objects that were.

    It belongs to ``clear``: what lies in the raw zone and in no ledger would be loaded by the next run.
    """
    keys = [
        item["Key"]
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=TESTING.prefix)
        for item in page.get("Contents", [])
    ]
    for key in keys:
        client.delete_object(Bucket=bucket, Key=key)
    return len(keys)
