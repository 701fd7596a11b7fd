"""One task of the pipeline as its own process, the code that Airflow's task calls. Run as a program."""

import json
import sys
import time
from contextlib import ExitStack, closing
from dataclasses import asdict
from typing import Any

import boto3
import psycopg
from botocore.config import Config

from benchmarks.data_plane.programs import peak_mb
from include import search_path, steps
from include.environment import PRODUCTION
from include.object_store import ObjectStore
from include.planning import Request

TABLE = "fact_sales_order"
DIMENSIONS = ("dim_staff", "dim_counterparty", "dim_currency", "dim_design", "dim_location")


def main() -> None:
    """Do the step that the first argument names, with where everything is on stdin."""
    given = json.load(sys.stdin)
    with ExitStack() as stack:
        ends = _Ends(given, stack)
        started = time.perf_counter()
        answer = getattr(ends, sys.argv[1])(given.get("before"))
        seconds = time.perf_counter() - started
    sys.stdout.write("\n" + json.dumps({"seconds": seconds, "peak_mb": peak_mb(), "answer": answer}))


class _Ends:
    """The pipeline's two databases and two buckets, and its steps between them."""

    def __init__(self, given: dict[str, Any], stack: ExitStack) -> None:
        schemas = (PRODUCTION.source_schema, PRODUCTION.warehouse_schema)
        source, warehouse = (
            stack.enter_context(closing(psycopg.connect(given[name], options=search_path.option(schema))))
            for name, schema in zip(("source", "warehouse"), schemas, strict=True)
        )
        warehouse.autocommit = True
        self.source, self.warehouse = source, warehouse
        client = boto3.client("s3", config=Config(s3={"addressing_style": "path"}, proxies={}), **given["s3"])
        self.raw, self.processed = (ObjectStore(client, given[name]) for name in ("raw", "processed"))

    def plan(self, _: Any) -> Any:
        """Look whether the table has changes."""
        plans = steps.plan(self.source, self.warehouse, Request(tables=(TABLE,)), {})
        return [asdict(plan) for plan in plans]

    def extract(self, _: Any, table: str = TABLE) -> Any:
        """Land what changed."""
        return steps.extract(
            table, Request(tables=(table,)), source=self.source, warehouse=self.warehouse, raw=self.raw
        )

    def transform(self, extracted: Any) -> Any:
        """Make Parquet of it."""
        return steps.transform(extracted, raw=self.raw, processed=self.processed)

    def load(self, transformed: Any) -> Any:
        """Load it."""
        return steps.load(transformed, processed=self.processed, warehouse=self.warehouse, run_id="bench")

    def dimensions(self, _: Any) -> None:
        """Load what the orders refer to."""
        for table in DIMENSIONS:
            self.load(self.transform(self.extract(None, table)))


if __name__ == "__main__":
    main()
