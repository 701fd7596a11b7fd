"""The smoke test through a real Airflow: that it passes, leaves nothing, and is able to fail.

The tests share one stack; the five-minute schedule goes on beside them.
"""

import re
import subprocess
import sys
import threading
import time
from typing import Any

import boto3
import psycopg
import pytest

from include.catalog import SOURCE_FED
from include.smoke.__main__ import main
from include.smoke.deployment import KEPT_AT
from include.smoke.runs import Runs
from local.aws import ALERTS_TOPIC_ARN, INBOX_QUEUE, PROCESSED_BUCKET, RAW_BUCKET
from local.commands import smoke_environment
from local.settings import ROOT
from tests.airflow_runs import DAG, AirflowRuns

pytestmark = pytest.mark.airflow


def smoke(
    airflow: AirflowRuns, *arguments: str, without: str = "-", **changed: str
) -> subprocess.CompletedProcess[str]:
    """Run the program as a person does who has a deployment."""
    kept = {name: value for name, value in smoke_environment(airflow.stack).items() if not name.startswith(without)}
    return subprocess.run(
        [sys.executable, "-m", "include.smoke", "--airflow-url", airflow.stack.airflow.url, *arguments],
        cwd=ROOT,
        env=kept | changed,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )


def left(airflow: AirflowRuns) -> dict[str, Any]:
    """What there is of a smoke test in PostgreSQL, S3, SQS and SNS."""
    stack = airflow.stack
    s3, sns, sqs = (client(stack.secrets) for client in (stack.aws.s3, stack.aws.sns, stack.aws.sqs))
    objects = [
        s3.list_objects_v2(Bucket=bucket, Prefix="testing/")["KeyCount"] for bucket in (RAW_BUCKET, PROCESSED_BUCKET)
    ]
    subscribed = [item["Endpoint"].rpartition(":")[2] for item in sns.list_subscriptions()["Subscriptions"]]
    queues = [url.rpartition("/")[2] for url in sqs.list_queues()["QueueUrls"]]
    return {
        "loads": airflow.pipeline.query("SELECT count(*) FROM testing.etl_ledger")[0][0],
        "source": airflow.pipeline.query("SELECT count(*) FROM pg_tables WHERE schemaname = 'testing_source'")[0][0],
        "objects": sum(objects),
        "queues": of_the_smoke_test(queues),
        "subscriptions": of_the_smoke_test(subscribed),
    }


def of_the_smoke_test(queues: list[str]) -> list[str]:
    """Without the inbox's queue, and those that other tests listen at."""
    return sorted(name for name in set(queues) - {INBOX_QUEUE} if not name.startswith("test-"))


NOTHING = {"loads": 0, "source": 0, "objects": 0, "queues": [], "subscriptions": []}


def test_a_paused_dag_is_not_tried_and_nothing_is_made(airflow: AirflowRuns):
    airflow.stack.api.unpause(DAG, paused=True)
    before = airflow.stack.api.runs(DAG)
    done = smoke(airflow)
    assert done.returncode == 2, done.stdout
    assert "totes_etl: paused; expected a DAG that goes" in done.stderr
    assert left(airflow) == NOTHING
    assert airflow.stack.api.runs(DAG) == before


def test_a_run_that_never_began_is_taken_back(airflow: AirflowRuns):
    airflow.stack.api.unpause(DAG, paused=True)
    before = airflow.stack.api.runs(DAG)
    waiting = airflow.stack.api.trigger(DAG, {"environment": "testing"})
    runs = Runs(airflow.stack.api, print, patience_s=1, ids=[waiting])
    runs.abandon()
    assert airflow.stack.api.runs(DAG) == before


def test_what_is_wrong_is_seen(
    airflow: AirflowRuns, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    """The topic that the program listens to is not the one that the runs tell, and somebody edits a loaded row."""
    airflow.stack.api.unpause(DAG)
    for name, value in smoke_environment(airflow.stack).items():
        monkeypatch.setenv(name, value)
    topic = boto3.Session().client("sns").create_topic(Name="elsewhere")["TopicArn"]
    tamperer = threading.Thread(target=tamper, args=[airflow.pipeline.loader])
    tamperer.start()
    code = main(["--airflow-url", airflow.stack.airflow.url, "--topic-arn", topic, "--arrive", "3", "--keep"])
    tamperer.join()
    told = capsys.readouterr().out
    assert code == 1, told
    assert "WRONG  first load, tables\n  found     fact_payment without 1 row like (2," in told
    assert "fact_payment with 1 row like (2," in told
    assert "WRONG  first load, notification\n  found     0 arrived\n  expected  1: loaded" in told
    assert "Not tried: a row more, one revised, malformed input, recovery." in told
    assert told.endswith("WRONG: 2 of 4 checks.\n")
    kept = left(airflow)
    assert (kept["loads"], kept["source"]) == (len(SOURCE_FED), 11)
    assert (len(kept["queues"]), kept["queues"]) == (1, kept["subscriptions"])
    assert kept["objects"] > 50
    boto3.Session().client("sns").delete_topic(TopicArn=topic)  # with its subscription
    boto3.Session().client("sqs").delete_queue(QueueUrl=queue_url(airflow, kept["queues"][0]))


def tamper(conninfo: str) -> None:
    """Edit a row of the testing warehouse as soon as it is loaded."""
    deadline = time.monotonic() + 300
    with psycopg.connect(conninfo, autocommit=True) as connection:
        while time.monotonic() < deadline:
            statement = "UPDATE testing.fact_payment SET payment_amount = payment_amount + 1 WHERE payment_id = 2"
            if connection.execute(statement).rowcount:
                return
            time.sleep(0.05)


def queue_url(airflow: AirflowRuns, name: str) -> str:
    return airflow.stack.aws.sqs(airflow.stack.secrets).get_queue_url(QueueName=name)["QueueUrl"]


def test_all_is_well_and_nothing_is_left(airflow: AirflowRuns):
    """As in a deployment: a token, the warehouse's connection by Airflow's secret; what was kept is removed."""
    environment = smoke_environment(airflow.stack)
    keeper = boto3.Session(environment["AWS_ACCESS_KEY_ID"], environment["AWS_SECRET_ACCESS_KEY"]).client(
        "secretsmanager", region_name="eu-west-2", endpoint_url=airflow.stack.aws.endpoint_url
    )
    keeper.create_secret(Name=KEPT_AT, SecretString=environment["AIRFLOW_CONN_WAREHOUSE"])
    login = {"username": environment["TOTES_AIRFLOW_USER"], "password": environment["TOTES_AIRFLOW_PASSWORD"]}
    token = airflow.stack.api.request("POST", "/auth/token", login, {})["access_token"]
    assert left(airflow)["loads"] == len(SOURCE_FED)
    done = smoke(
        airflow,
        "--topic-arn",
        ALERTS_TOPIC_ARN,
        without="AIRFLOW_CONN_",
        TOTES_AIRFLOW_TOKEN=token,
        TOTES_AIRFLOW_USER="",
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert re.search(r"removed what was left in testing: \d{2,} rows, ", done.stdout)
    table = done.stdout.split("\n\n")[-2].splitlines()
    assert table[0].split() == ["step", "checked", "took", "found"]
    assert [line[2:40].split("  ")[0] for line in table[1:]] == [
        *["first load"] * 3,
        *["a row more, one revised"] * 4,
        *["malformed input"] * 3,
        *["recovery"] * 4,
        "production",
        "clean-up",
    ]
    assert all("  ok  " in line for line in table[1:])
    assert done.stdout.endswith("All is well: 16 checks.\n")
    assert left(airflow) == NOTHING
    runs = airflow.stack.api.runs(DAG, limit=50)
    assert [run["state"] for run in runs if run["conf"].get("environment") == "testing"][:4] == [
        "success",
        "failed",
        "success",
        "success",
    ]
    secrets = {str(getattr(airflow.stack.secrets, name)) for name in airflow.stack.secrets.__dataclass_fields__}
    assert [secret[:2] + "…" for secret in secrets if len(secret) > 8 and secret in done.stdout] == []
