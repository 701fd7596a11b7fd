"""The pipeline's Airflow connections, opened with time-outs, and clear errors where they cannot be.

`totesys` is the shop's database, `warehouse` the warehouse, `totes_aws` the account of the lake. Each is opened
for an environment, and shows that environment's tables or objects only.
"""

import contextlib
import functools
import json
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import psycopg
from airflow.providers.amazon.aws.hooks.base_aws import AwsBaseHook
from airflow.providers.amazon.aws.hooks.s3 import S3Hook
from airflow.providers.postgres.hooks.postgres import PostgresHook
from airflow.sdk import BaseHook
from airflow.sdk.exceptions import AirflowNotFoundException

from include import connections, search_path, tls
from include.environment import Environment
from include.errors import RetryableError, SettingError, SourceUnavailable, WarehouseUnavailable
from include.object_store import ObjectStore
from include.settings import Settings, SiteSettings

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_s3 import S3Client

    from include.analytics.extracts import Site

# The amazon provider's own call, in every log; nobody who reads the log can do anything about it.
warnings.filterwarnings("ignore", message="ProvidersManager.hooks is deprecated")

_LIBPQ = {**connections.PATIENCE, "application_name": "totes_etl"}
_S3 = {"connect_timeout": 5, "read_timeout": 30, "retries": {"mode": "standard", "max_attempts": 5}}
_CLOUDWATCH = {
    "connect_timeout": 2,
    "read_timeout": 5,
    "retries": {"mode": "standard", "total_max_attempts": 2},
    "disable_request_compression": True,  # the AWS stand-in takes a gzipped request for an empty one
}


@contextlib.contextmanager
def source(environment: Environment) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The shop's database, as the role that may only read; for testing the dummy rows beside the warehouse."""
    name, schema = environment.source_connection, environment.source_schema
    with contextlib.closing(_connect(name, schema, SourceUnavailable)) as connection:
        yield connection


@contextlib.contextmanager
def warehouse(environment: Environment) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """The warehouse, as the role that loads it."""
    schema = environment.warehouse_schema
    with contextlib.closing(_connect("warehouse", schema, WarehouseUnavailable)) as connection:
        connection.autocommit = True  # transactions are opened where they belong, explicitly
        yield connection


def lake(environment: Environment) -> tuple[ObjectStore, ObjectStore]:
    """The raw and the processed bucket, below the environment's prefix."""
    settings = Settings.from_environment()
    client, prefix = _s3(), environment.prefix
    return ObjectStore(client, settings.raw_bucket, prefix), ObjectStore(client, settings.processed_bucket, prefix)


def site() -> "Site":
    """The bucket of what is published: of production alone."""
    from include.analytics.extracts import Site

    return Site(_s3(), SiteSettings.from_environment().bucket)


def secrets() -> list[str]:
    """The passwords that no error message may carry, of every connection that is defined."""
    found = []
    for name in ("totesys", "warehouse", "totes_aws", "smtp_default"):
        with contextlib.suppress(AirflowNotFoundException):
            found.append(BaseHook.get_connection(name).password)
    return [password for password in found if password]


def cloudwatch() -> "CloudWatchClient":
    """CloudWatch, in the account of the lake; it is not waited for long."""
    with _explained("totes_aws"):
        return AwsBaseHook(aws_conn_id="totes_aws", client_type="cloudwatch", config=_CLOUDWATCH).get_conn()


@functools.cache  # a second client in a task costs as much as reading its tables does
def _s3() -> "S3Client":
    with _explained("totes_aws"):
        return S3Hook(aws_conn_id="totes_aws", config=_S3).get_conn()


def _connect(name: str, schema: str, unavailable: type[RetryableError]) -> psycopg.Connection[tuple[Any, ...]]:
    hook = PostgresHook(postgres_conn_id=name)
    with _explained(name):
        connection = hook.connection
    given = _LIBPQ | connection.extra_dejson
    where = {"host": connection.host, **given}  # as the hook does it: what the extras say holds
    given |= tls.required(f"Airflow connection {name}", where)
    given["options"] = search_path.option(schema, given.get("options", ""))
    connection.extra = json.dumps(given)
    try:
        opened = hook.get_conn()  # psycopg 3: the provider chooses it wherever SQLAlchemy 2 is installed
        search_path.require(opened, schema)
    except psycopg.OperationalError as error:
        raise unavailable(
            f"Airflow connection {name} ({connection.host}:{connection.port}/{connection.schema})",
            found=str(error).strip(),
            expected="a server that answers and accepts the login",
            remedy="if the last try fails too, see that the database runs and the connection is right",
        ) from error
    return opened


@contextlib.contextmanager
def _explained(name: str) -> Iterator[None]:
    try:
        yield
    except AirflowNotFoundException as error:
        raise SettingError(
            f"Airflow connection {name}",
            found="nothing",
            expected="a connection of that name",
            remedy=f"define it as AIRFLOW_CONN_{name.upper()}, in the secrets backend, or under Admin > Connections",
        ) from error
