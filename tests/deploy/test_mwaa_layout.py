"""The package, laid out as MWAA does it, under a real Airflow: DAG, tasks, deadline in the triggerer, dashboards."""

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from include.alerts import record
from include.catalog import FED
from local.aws import ALERTS_TOPIC_ARN
from local.stack import Stack
from tests.deploy import mwaa
from tests.deploy.mwaa import Layout
from tests.subscriber import Subscriber, subscribe

pytestmark = pytest.mark.airflow


@dataclass(frozen=True, repr=False)
class Running:
    stack: Stack
    layout: Layout
    subscriber: Subscriber


@pytest.fixture(scope="module")
def airflow(prepared_stack: Path) -> Iterator[Running]:
    with mwaa.running(prepared_stack) as (stack, layout):
        subscriber = subscribe(stack.aws.sns(stack.secrets), stack.aws.sqs(stack.secrets), ALERTS_TOPIC_ARN)
        stack.api.unpause("totes_etl")  # its first run, the latest that is due, begins
        yield Running(stack, layout, subscriber)


def test_every_file_of_the_package_is_imported_without_an_error(airflow):
    api = airflow.stack.api
    assert api.import_errors() == []
    assert api.get("plugins/importErrors")["import_errors"] == []
    assert {"totes_dashboard", "totes_deadline"} <= {one["name"] for one in api.get("plugins")["plugins"]}


def test_a_late_run_is_told_of_by_the_callback_in_the_triggerer(airflow):
    run_id = airflow.stack.api.trigger("probe")
    (message,) = first_about(run_id, airflow.subscriber)
    alert = record.from_json(json.dumps(message))
    assert (alert.event, alert.dag_id, alert.run_id) == ("deadline_missed", "probe", run_id)


def test_a_task_imports_the_code_below_dags_and_the_plugins(airflow):
    (run,) = airflow.stack.api.runs("probe")
    where = f"dags/probe/dagRuns/{run['dag_run_id']}/taskInstances/where/xcomEntries/return_value"
    home = airflow.layout.home
    assert airflow.stack.api.get(where)["value"] == [
        str(home / "dags" / "include" / "__init__.py"),
        str(home / "plugins" / "totes_deadline.py"),
    ]


def test_the_pipeline_loads_every_table(airflow):
    stack = airflow.stack
    run_id = str(stack.api.runs("totes_etl")[-1]["dag_run_id"])
    assert stack.api.wait("totes_etl", run_id) == "success", stack.api.task_states("totes_etl", run_id)
    with psycopg.connect(stack.conninfo("warehouse", "totes_etl")) as warehouse:
        found = dict(warehouse.execute("SELECT table_name, count(*) FROM etl_ledger GROUP BY 1").fetchall())
        (orders,) = warehouse.execute("SELECT count(*) FROM fact_sales_order").fetchone()
    assert set(found) == {table.name for table in FED}
    assert orders > 0


def test_the_web_server_serves_the_dashboards(airflow):
    request = urllib.request.Request(f"{airflow.stack.airflow.url}/totes/sales", headers=bearer(airflow.stack))  # noqa: S310  ours
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  ours
        page = answer.read().decode()
    assert "<html" in page
    assert "plotly.min.js" in page


def first_about(run_id: str, subscriber: Subscriber) -> list[dict[str, Any]]:
    """The alerts about a run that arrive first, in good time."""
    until = time.monotonic() + mwaa.PATIENCE_S
    while time.monotonic() < until:
        if found := [alert for alert in subscriber.received() if alert["run_id"] == run_id]:
            return found
    return []


def bearer(stack: Stack) -> dict[str, str]:
    body = json.dumps({"username": "admin", "password": stack.secrets.airflow_admin}).encode()
    headers = {"Content-Type": "application/json"}
    asked = urllib.request.Request(f"{stack.airflow.url}/auth/token", data=body, headers=headers)  # noqa: S310  ours
    with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310  ours
        return {"Authorization": f"Bearer {json.load(answer)['access_token']}"}
