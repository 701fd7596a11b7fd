"""What the program says and how it ends when it cannot even begin, on real servers."""

import os
import subprocess
import sys

import pytest

from include.smoke.deployment import KEPT_AT
from local.settings import ROOT
from tests.conftest import AwsServer, LakeBuckets, WarehouseDb
from tests.freshness.conftest import connection
from tests.ports import free_port

CANARY = "canary-9f3b1c"


@pytest.fixture
def environment(aws: AwsServer, warehouse_db: WarehouseDb, lake_buckets: LakeBuckets) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        **aws.aws.environment(aws.secrets),
        "AIRFLOW_CONN_WAREHOUSE": connection(warehouse_db.loader),
        "AIRFLOW__TOTES__ALERT_TOPIC": aws.aws.sns(aws.secrets).create_topic(Name="smoke")["TopicArn"],
        "AIRFLOW__TOTES__RAW_BUCKET": lake_buckets.raw,
        "AIRFLOW__TOTES__PROCESSED_BUCKET": lake_buckets.processed,
        "TOTES_AIRFLOW_TOKEN": CANARY,
    }


def smoke(environment: dict[str, str], *arguments: str, **changed: str) -> tuple[int, str]:
    """Exit code and complaint."""
    arguments = arguments or ("--airflow-url", f"http://127.0.0.1:{free_port()}")
    done = subprocess.run(
        [sys.executable, "-m", "include.smoke", *arguments],
        cwd=ROOT,
        env=environment | changed,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.stdout == ""
    assert CANARY not in done.stderr
    return done.returncode, done.stderr


CASES = {
    "Airflow is away": ({}, "Airflow at http://127.0.0.1:"),
    "no login": ({"TOTES_AIRFLOW_TOKEN": ""}, "TOTES_AIRFLOW_USER and TOTES_AIRFLOW_PASSWORD"),
    "no topic": ({"AIRFLOW__TOTES__ALERT_TOPIC": ""}, "the topic: nothing"),
    "no bucket": ({"AIRFLOW__TOTES__RAW_BUCKET": ""}, "AIRFLOW__TOTES__RAW_BUCKET: nothing"),
    "no warehouse": ({"AIRFLOW_CONN_WAREHOUSE": ""}, f"neither AIRFLOW_CONN_WAREHOUSE nor a secret {KEPT_AT}"),
    "no such connection": ({"AIRFLOW_CONN_WAREHOUSE": f"warehouse {CANARY}"}, "setting AIRFLOW_CONN_WAREHOUSE"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_missing_is_said_and_the_exit_code_is_2(environment: dict[str, str], case: str):
    changed, said = CASES[case]
    code, complaint = smoke(environment, **changed)
    assert code == 2
    assert said in complaint
    assert "Traceback" not in complaint


def test_a_warehouse_that_is_away_is_said(environment: dict[str, str], warehouse_db: WarehouseDb):
    away = connection(warehouse_db.loader, port=free_port(), password=CANARY)
    code, complaint = smoke(environment, AIRFLOW_CONN_WAREHOUSE=away)
    assert code == 2
    assert "OperationalError: connection" in complaint


def test_an_airflow_is_asked_for():
    code, complaint = smoke({"PATH": os.environ["PATH"]}, "--keep")
    assert code == 2
    assert "--airflow-url --mwaa is required" in complaint
