"""pandas `read_sql` and `to_sql`, in pieces, so that it ends. Run by the peers' own Python."""

import json
import sys
import time

import pandas as pd
import sqlalchemy as sa

given = json.load(sys.stdin)
started = time.perf_counter()
with (
    sa.create_engine(given["source_uri"]).connect() as source,
    sa.create_engine(given["warehouse_uri"]).begin() as warehouse,
):
    query = sa.text("SELECT * FROM sales_order WHERE sales_order_id <= :rows")
    for frame in pd.read_sql(query, source, params={"rows": given["rows"]}, chunksize=50_000):
        frame.to_sql("sales_order", warehouse, schema="pandas", if_exists="append", index=False)
sys.stdout.write("\n" + json.dumps({"seconds": time.perf_counter() - started}))
