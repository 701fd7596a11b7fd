"""A PostgreSQL and an S3 of the benchmark's own, with the pipeline between them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg

from benchmarks.servers import Servers, servers
from include.object_store import ObjectStore
from include.warehouse import migrate
from local.aws import PROCESSED_BUCKET, RAW_BUCKET
from local.shop import schema
from tests.pipeline import Pipeline
from tests.source.small_shop import ROWS


@dataclass(frozen=True, repr=False)
class Ground:
    """The servers, and the pipeline between a small shop and an empty warehouse."""

    servers: Servers
    pipeline: Pipeline


@contextmanager
def ground() -> Iterator[Ground]:
    """Everything, in a folder that is gone at the end."""
    with servers() as running:
        client = running.aws.s3(running.secrets)
        pipeline = Pipeline(
            owner=running.conninfo("totesys", "shop"),
            reader=running.conninfo("totesys", "totes_reader"),
            loader=running.conninfo("warehouse", "totes_etl"),
            raw=ObjectStore(client, RAW_BUCKET),
            processed=ObjectStore(client, PROCESSED_BUCKET),
        )
        with psycopg.connect(pipeline.owner) as shop:
            schema.create(shop)
            for statement in ROWS:
                shop.execute(statement)
        migrate.upgrade(running.conninfo("warehouse", "warehouse_owner"))
        running.aws.provision(running.secrets)
        yield Ground(running, pipeline)
