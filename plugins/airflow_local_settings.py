"""Import the heavy libraries once, before Airflow forks its tasks.

Every task process imports the DAG file and what its step needs; without this that costs about two
CPU-seconds a task (measured: 33 tasks 89 CPU-s, with it 10). Only the components that fork tasks
pay. The project's own modules stay out: a task must see them as they are on disk now.
"""

import sys

__all__: list[str] = []

FORKS_TASKS = ("scheduler", "worker")

if any(component in sys.argv for component in FORKS_TASKS):
    import airflow.providers.amazon.aws.hooks.s3
    import airflow.providers.postgres.hooks.postgres
    import alembic.command
    import boto3
    import botocore.endpoint
    import pandas  # pyarrow imports it at its first conversion
    import pgpq
    import psycopg
    import pyarrow.compute
    import pyarrow.csv
    import pyarrow.parquet
    import sqlalchemy.dialects.postgresql
    import zstandard
