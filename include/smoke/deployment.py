"""What the smoke test has to know of a deployment, and the ways into it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import psycopg
from psycopg.conninfo import conninfo_to_dict

from include import search_path
from include.airflow_api import AirflowApi, WebServer
from include.connections import conninfo
from include.environment import TESTING
from include.errors import SettingError
from include.settings import AlertSettings, Settings
from include.smoke.mwaa import Mwaa
from include.warehouse.connection import Connection

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

KEPT_AT = "airflow/connections/warehouse"
"""Where Airflow's secrets backend keeps the connection `warehouse`, if no variable says otherwise."""

_PATIENCE = "-c lock_timeout=30s -c statement_timeout=5min"
_LIBPQ: dict[str, Any] = {"application_name": "totes_smoke", "connect_timeout": 10, "keepalives_idle": 30}


@dataclass(frozen=True, repr=False)
class Deployment:
    """A deployment's Airflow, AWS account, buckets, topic (an ARN) and warehouse (a libpq connection string)."""

    airflow: AirflowApi
    session: boto3.Session
    buckets: tuple[str, str]
    topic: str
    warehouse: str

    def connect(self) -> Connection:
        """The warehouse as the role that loads it, in autocommit mode, with testing's search path."""
        given = str(conninfo_to_dict(self.warehouse).get("options") or "")
        options = search_path.option(TESTING.warehouse_schema, f"{_PATIENCE} {given}")
        connection = psycopg.connect(self.warehouse, **{**_LIBPQ, "options": options}, autocommit=True)
        search_path.require(connection, TESTING.warehouse_schema)
        return connection

    @cached_property
    def s3(self) -> "S3Client":
        """The lake's account."""
        return self.session.client("s3")

    @cached_property
    def sns(self) -> "SNSClient":
        """The topic's region."""
        return self.session.client("sns", region_name=self._region)

    @cached_property
    def sqs(self) -> "SQSClient":
        """The topic's region: a queue beside it."""
        return self.session.client("sqs", region_name=self._region)

    @property
    def _region(self) -> str:
        return self.topic.split(":")[3]


def deployment(*, airflow_url: str, mwaa: str, topic: str, environment: Mapping[str, str] = os.environ) -> Deployment:
    """The deployment that arguments and environment variables describe; exactly one of URL and MWAA is given.

    Raises ``SettingError`` for what is missing or malformed; boto3's errors where AWS does not answer.
    """
    topic = AlertSettings(topic=topic or AlertSettings.from_environment(environment).topic).topic
    if not topic:
        raise SettingError(
            "the topic",
            found="nothing",
            expected="the ARN of the SNS topic that the deployment's alerts go to",
            remedy="give --topic-arn, or set AIRFLOW__TOTES__ALERT_TOPIC",
        )
    lake = Settings.from_environment(environment)
    session = boto3.Session()
    return Deployment(
        airflow=Mwaa(session.client("mwaa"), mwaa) if mwaa else _web_server(airflow_url, environment),
        session=session,
        buckets=(lake.raw_bucket, lake.processed_bucket),
        topic=topic,
        warehouse=conninfo("warehouse", environment) or _from_secret(session),
    )


def _web_server(url: str, environment: Mapping[str, str]) -> WebServer:
    user, password, token = (environment.get(f"TOTES_AIRFLOW_{name}", "") for name in ("USER", "PASSWORD", "TOKEN"))
    if not token and not (user and password):
        raise SettingError(
            f"the login to Airflow at {url}",
            found="none",
            expected="TOTES_AIRFLOW_TOKEN, or TOTES_AIRFLOW_USER and TOTES_AIRFLOW_PASSWORD",
            remedy="set them as environment variables",
        )
    return WebServer(url, user, password, token=token)


def _from_secret(session: boto3.Session) -> str:
    """The connection string of the secret, which holds what the variable would hold."""
    client = session.client("secretsmanager")
    try:
        found = client.get_secret_value(SecretId=KEPT_AT)["SecretString"]
    except client.exceptions.ResourceNotFoundException as error:
        raise SettingError(
            "the connection to the warehouse",
            found=f"neither AIRFLOW_CONN_WAREHOUSE nor a secret {KEPT_AT}",
            expected="the connection `warehouse` as Airflow has it, JSON or a URI",
            remedy="set the environment variable",
        ) from error
    return conninfo("warehouse", {"AIRFLOW_CONN_WAREHOUSE": found})
