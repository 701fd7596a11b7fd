"""dlt with Arrow tables and files of a format: `csv`, taken by `COPY`, or `parquet`, taken by ADBC.

Run by the peers' own Python: `with_dlt.py <first or delta> <format>`.
"""

import json
import os
import sys
import time

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
import dlt
from dlt.destinations import postgres
from dlt.sources.sql_database import sql_table

given = json.load(sys.stdin)
started = time.perf_counter()
pipeline = dlt.pipeline(
    "bench", pipelines_dir=given["folder"], destination=postgres(given["warehouse_uri"]), dataset_name="dlt"
)
table = sql_table(given["source_uri"], table="sales_order", backend="pyarrow", chunk_size=100_000)
table.apply_hints(
    primary_key="sales_order_id",
    write_disposition="append" if sys.argv[1] == "first" else "merge",
    incremental=dlt.sources.incremental("last_updated"),
)
pipeline.run(table, loader_file_format=sys.argv[2]).raise_on_failed_jobs()
sys.stdout.write("\n" + json.dumps({"seconds": time.perf_counter() - started}))
