"""The demo shop's rows and an epidemic's days in a warehouse, by the pipeline itself."""

from typing import Any

from include.object_store import ObjectStore
from tests.analytics.covid_days import fill_covid
from tests.pipeline import Pipeline


def fill(pg_server: Any, shop: str, name: str, template: str, aws: Any) -> None:
    """Make database ``name`` a warehouse that holds what the shop holds, and COVID-19 days with revisions."""
    aws.aws.provision(aws.secrets, ["raw-filled", "processed-filled"])
    client = aws.aws.s3(aws.secrets)
    pg_server.create(name, "warehouse", template)
    with pg_server.copy_of(shop, "totesys") as source:
        pipeline = Pipeline(
            owner=pg_server.conninfo(source, "shop"),
            reader=pg_server.conninfo(source, "totes_reader"),
            loader=pg_server.conninfo(name, "totes_etl"),
            raw=ObjectStore(client, "raw-filled"),
            processed=ObjectStore(client, "processed-filled"),
        )
        pipeline.run()
        fill_covid(pipeline)
