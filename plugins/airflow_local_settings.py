"""Import the heavy libraries once, before Airflow forks its tasks.

Every task process imports the DAG file and what its step needs; without this that costs about two
CPU-seconds a task (measured: 33 tasks 89 CPU-s, with it 10). Only the components that fork tasks
pay. The project's own modules stay out: a task must see them as they are on disk now.
"""

import sys

__all__: list[str] = []

FORKS_TASKS = ("scheduler", "worker")

if any(component in sys.argv for component in FORKS_TASKS):
    import inspect

    import airflow.providers.amazon.aws.hooks.s3
    import airflow.providers.postgres.hooks.postgres
    import airflow.providers.smtp.hooks.smtp
    import airflow.providers.standard.decorators.python
    import airflow.sdk.definitions.decorators
    import airflow.sdk.definitions.retry_policy
    import airflow.sdk.execution_time.cache
    import alembic.command
    import alembic.config
    import boto3
    import boto3.s3.inject
    import botocore.endpoint
    import pandas  # pyarrow imports it at its first conversion
    import pgpq
    import psycopg
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.pandas_compat
    import pyarrow.parquet
    import sqlalchemy.dialects.postgresql
    import zstandard

    # The amazon provider asks for every client which operator calls it, by way of the file of every module that there
    # is; what was looked up before the fork is remembered after it (0.1 CPU-seconds a task).
    inspect.stack()
