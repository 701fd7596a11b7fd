"""The check as a program, on a real warehouse, S3, and a topic with a queue."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from psycopg.conninfo import conninfo_to_dict

from local.settings import ROOT
from tests.conftest import AwsServer, LakeBuckets, WarehouseDb
from tests.subscriber import Subscriber, subscribe


@dataclass(frozen=True, repr=False)
class Watcher:
    """The program with its environment, and whoever listens to its topic."""

    environment: dict[str, str]
    warehouse: str
    subscriber: Subscriber

    def start(self, *arguments: str, **changed: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "include.freshness", *arguments],
            cwd=ROOT,
            env=self.environment | changed,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def check(self, *arguments: str, **changed: str) -> tuple[int, str, str]:
        """Exit code, output, complaints."""
        started = self.start(*arguments, **changed)
        output, complaints = started.communicate(timeout=60)
        return started.returncode, output, complaints


def connection(conninfo: str, **changed: Any) -> str:
    """A connection as Airflow takes it from an environment variable, as JSON."""
    parts = conninfo_to_dict(conninfo)
    names = {"host": "host", "port": "port", "user": "login", "password": "password", "dbname": "schema"}
    return json.dumps({"conn_type": "postgres"} | {names[key]: value for key, value in parts.items()} | changed)


@pytest.fixture
def watcher(aws: AwsServer, warehouse_db: WarehouseDb, lake_buckets: LakeBuckets) -> Watcher:
    settings = {"region_name": "eu-west-2", "endpoint_url": aws.aws.endpoint_url}
    keys = aws.aws.environment(aws.secrets)
    session = boto3.Session(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])
    subscriber = subscribe(session.client("sns", **settings), session.client("sqs", **settings))
    return Watcher(
        environment={
            "PATH": os.environ["PATH"],
            **keys,
            "AIRFLOW_CONN_WAREHOUSE": connection(warehouse_db.loader),
            "AIRFLOW__TOTES__ALERT_TOPIC": subscriber.topic,
            "AIRFLOW__TOTES__RAW_BUCKET": lake_buckets.raw,
            "AIRFLOW__TOTES__PROCESSED_BUCKET": lake_buckets.processed,
        },
        warehouse=warehouse_db.loader,
        subscriber=subscriber,
    )
