"""What a pipeline did, done once: copies of its source, its warehouse and its buckets for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from include.object_store import ObjectStore
from tests.pipeline import Pipeline

if TYPE_CHECKING:
    from tests.conftest import LakeBuckets, PgServer, SourceDb, WarehouseDb

Keep = Callable[[Callable[[Pipeline], object]], "Kept"]
"""Lets a pipeline over a shop of a few rows do something, and keeps what it did."""


@dataclass(frozen=True)
class Original:
    """A database that nobody connects to, to be copied, and the number of the one that it was made from."""

    name: str
    oid: int


@dataclass(frozen=True, repr=False)
class Kept:
    """The databases to copy, and the pipeline that they were of (its own are gone; its buckets are not)."""

    server: PgServer
    source: Original
    warehouse: Original
    before: Pipeline

    @contextmanager
    def again(self, buckets: LakeBuckets) -> Iterator[Pipeline]:
        """The pipeline as it was left, in databases and buckets of its own.

        The databases get the numbers that they had: the watermarks say which they are of. So one at a time.
        """
        with (
            self.server.copy_of(self.source.name, "totesys", self.source.oid) as source,
            self.server.copy_of(self.warehouse.name, "warehouse", self.warehouse.oid) as warehouse,
        ):
            pipeline = pipeline_of(self.server.source(source), self.server.warehouse(warehouse), buckets)
            _copy_objects(self.before.raw, pipeline.raw)
            _copy_objects(self.before.processed, pipeline.processed)
            yield pipeline


def pipeline_of(source: SourceDb, warehouse: WarehouseDb, buckets: LakeBuckets) -> Pipeline:
    """The pipeline between two databases and two buckets."""
    return Pipeline(
        owner=source.owner,
        reader=source.reader,
        loader=warehouse.loader,
        warehouse_owner=warehouse.owner,
        raw=ObjectStore(buckets.client, buckets.raw),
        processed=ObjectStore(buckets.client, buckets.processed),
    )


def keep(server: PgServer, pipeline: Pipeline) -> Kept:
    """Keep what `pipeline` holds; nobody may be connected to its databases."""
    source, warehouse = (
        _original(server, conninfo, like)
        for conninfo, like in ((pipeline.owner, "totesys"), (pipeline.warehouse_owner, "warehouse"))
    )
    return Kept(server, source, warehouse, pipeline)


def _original(server: PgServer, conninfo: str, like: str) -> Original:
    with psycopg.connect(conninfo) as connection:
        found = connection.execute("SELECT datname, oid FROM pg_database WHERE datname = current_database()")
        name, oid = found.fetchone() or ()
    server.create(f"kept_{name}", like, name)
    return Original(f"kept_{name}", oid)


def _copy_objects(source: ObjectStore, target: ObjectStore) -> None:
    client = source._client
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=source.bucket):
        for found in page.get("Contents", []):
            key = found["Key"]
            client.copy_object(Bucket=target.bucket, Key=key, CopySource={"Bucket": source.bucket, "Key": key})
