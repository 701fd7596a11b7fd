"""Production and testing: where a run reads, and where everything it writes lies.

The DAG file imports this module, so it imports nothing heavy.
"""

from dataclasses import dataclass

from include.errors import SettingError

DAG_ID = "totes_etl"
"""The pipeline."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """What keeps the runs of one environment apart from the other's.

    ``prefix`` stands before every key in both buckets; ``warehouse_schema`` holds the stars, the ledger and
    all else of the warehouse; the source's tables are in ``source_schema`` of the database that the Airflow
    connection ``source_connection`` leads to.
    """

    name: str
    prefix: str
    warehouse_schema: str
    source_connection: str
    source_schema: str


PRODUCTION = Environment(
    name="production", prefix="", warehouse_schema="public", source_connection="totesys", source_schema="public"
)
# A live shop is neither read nor written for a test: its dummy rows stand beside the warehouse.
TESTING = Environment(
    name="testing",
    prefix="testing/",
    warehouse_schema="testing",
    source_connection="warehouse",
    source_schema="testing_source",
)
ENVIRONMENTS = {environment.name: environment for environment in (PRODUCTION, TESTING)}


def environment_named(name: str) -> Environment:
    """The environment of that name; raises ``SettingError`` for any other name."""
    if name not in ENVIRONMENTS:
        raise SettingError(
            "parameter environment",
            found=repr(name),
            expected=" or ".join(ENVIRONMENTS),
            remedy="trigger the run again with one of them",
        )
    return ENVIRONMENTS[name]
