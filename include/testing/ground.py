"""What the testing environment stands on: made by its first run, removed by whoever is done with it."""

from typing import TYPE_CHECKING

from include.environment import TESTING
from include.testing import source
from include.warehouse import migrate, schemas
from include.warehouse.connection import Connection

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def prepare(connection: Connection) -> None:
    """Bring testing's warehouse to the newest revision, and give it dummy rows to read where it has none.

    The connection must be in autocommit mode and have testing's search path. Raises ``SettingError`` where its
    role may not make schemas. Production is migrated by whoever deploys, never by a run.
    """
    migrate.ensure(connection, TESTING.warehouse_schema)
    if not schemas.exists(connection, TESTING.source_schema):
        source.create(connection)


def drop(connection: Connection) -> None:
    """Remove testing's source and warehouse, together, where they are."""
    with connection.transaction():
        schemas.drop(connection, TESTING.source_schema)
        schemas.drop(connection, TESTING.warehouse_schema)


def clear_lake(client: "S3Client", bucket: str) -> int:
    """Delete what testing's runs stored in a bucket; returns how many objects that were.

    It belongs to ``drop``: what lies in the raw zone and in no ledger would be loaded by the next run.
    """
    keys = [
        item["Key"]
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=TESTING.prefix)
        for item in page.get("Contents", [])
    ]
    for key in keys:
        client.delete_object(Bucket=bucket, Key=key)
    return len(keys)
