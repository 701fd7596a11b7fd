"""The metrics of a run, put to a real CloudWatch API and read back."""

import logging
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.config import Config

from include import steps
from include.metrics import emit, metrics
from tests.conftest import AwsServer
from tests.freshness.standings import AT, verdict
from tests.pipeline import NAMES, Pipeline
from tests.ports import free_port
from tests.source.small_shop import ROWS

LOAD = {"table": "dim_staff", "rows_new": 3, "rows_revised": 2, "rows_deleted": 1, "rows_quarantined": 0}


@pytest.fixture
def cloudwatch(aws: AwsServer):
    keys = aws.aws.environment(aws.secrets)
    return boto3.client(
        "cloudwatch",
        endpoint_url=keys["AWS_ENDPOINT_URL"],
        config=Config(disable_request_compression=True),
        region_name=keys["AWS_DEFAULT_REGION"],
        aws_access_key_id=keys["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=keys["AWS_SECRET_ACCESS_KEY"],
    )


@pytest.fixture
def small_run(pipeline: Pipeline) -> Pipeline:
    """The pipeline between a shop of a few rows and an empty warehouse."""
    pipeline.shop(*ROWS)
    return pipeline


def put(client, namespace: str, name: str, **dimensions: str) -> list[float]:
    """The values that CloudWatch has of a metric."""
    now = datetime.now(UTC)
    found = client.get_metric_statistics(
        Namespace=namespace,
        MetricName=name,
        Dimensions=[{"Name": key, "Value": value} for key, value in dimensions.items()],
        StartTime=now - timedelta(hours=1),
        EndTime=now + timedelta(hours=1),
        Period=60,
        Statistics=["Maximum"],
    )
    return [point["Maximum"] for point in found["Datapoints"]]


def of(points, table=None) -> dict[str, float]:
    """The values by name, of a table or overall."""
    wanted = {"Environment": "production"} | ({"Table": table} if table else {})
    return {
        point["MetricName"]: point["Value"]
        for point in points
        if {one["Name"]: one["Value"] for one in point["Dimensions"]} == wanted
    }


def test_lag_rows_and_duration_a_table_and_overall():
    points = metrics(verdict(dim_design=2).standings, [LOAD, LOAD], environment="production", seconds=9.5, at=AT)
    assert of(points, "dim_staff") == {
        "LagSeconds": pytest.approx(1),
        "RowsNew": 3,
        "RowsRevised": 2,
        "RowsDeleted": 1,
        "RowsQuarantined": 0,
    }
    assert of(points, "dim_design") == {"LagSeconds": 120}
    assert of(points) == {
        "LagSeconds": 120,
        "RowsNew": 6,
        "RowsRevised": 4,
        "RowsDeleted": 2,
        "RowsQuarantined": 0,
        "DurationSeconds": 9.5,
    }


def test_a_run_without_changes_has_the_lag_of_every_table():
    points = metrics(verdict().standings, [], environment="production", seconds=1, at=AT)
    assert len(NAMES) == 10
    assert all(set(of(points, name)) == {"LagSeconds"} for name in NAMES)


def test_while_a_table_was_never_loaded_there_is_no_overall_lag():
    points = metrics(verdict(dim_staff=None).standings, [], environment="production", seconds=1, at=AT)
    assert of(points, "dim_staff") == {}
    assert "LagSeconds" not in of(points)
    assert of(points)["DurationSeconds"] == 1


def test_a_run_puts_them_to_cloudwatch(small_run: Pipeline, cloudwatch):
    loads = list(small_run.run().values())
    assert len(loads) == 10
    with small_run.loading() as warehouse:
        count = steps.emit_metrics(
            cloudwatch, "Totes1", warehouse=warehouse, loads=loads, environment="production", seconds=2.5
        )
    assert count == 10 + 4 * 10 + 6
    (rows,) = put(cloudwatch, "Totes1", "RowsNew", Environment="production")
    assert rows == sum(record["rows_new"] for record in loads) > 0
    assert put(cloudwatch, "Totes1", "DurationSeconds", Environment="production") == [2.5]
    for name in NAMES:
        (lag,) = put(cloudwatch, "Totes1", "LagSeconds", Environment="production", Table=name)
        assert 0 < lag < 60


def test_a_request_keeps_to_the_limits_of_the_api(cloudwatch):
    sizes = []
    cloudwatch.meta.events.register("before-send.*", lambda request, **_: sizes.append(len(request.body)))
    longest = "t" * 63  # of a name in PostgreSQL
    points = metrics([], [LOAD | {"table": longest}] * 500, environment="production", seconds=1, at=datetime.now(UTC))
    assert emit(cloudwatch, "Totes2", points) == len(points) == 2005
    assert len(sizes) == 3
    assert max(sizes) < 1_000_000 / 2


def test_cloudwatch_being_down_is_one_warning(caplog: pytest.LogCaptureFixture):
    client = boto3.client(
        "cloudwatch",
        endpoint_url=f"http://127.0.0.1:{free_port()}",
        region_name="eu-west-2",
        aws_access_key_id="x",
        aws_secret_access_key="some-canary",  # noqa: S106  belongs to nobody
    )
    with caplog.at_level(logging.WARNING):
        assert steps.emit_metrics(client, "Totes", warehouse=None, loads=[], environment="production", seconds=1) == 0
    (record,) = caplog.records
    assert "0 of 5 metrics were put: EndpointConnectionError" in record.getMessage()
    assert "some-canary" not in record.getMessage()
