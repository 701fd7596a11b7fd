"""The pipeline's own calls under the very policy that Terraform renders, on a server that asks IAM about each."""

import dataclasses
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from include import metrics, object_keys
from include.alerts import sns, spool
from include.analytics import extracts
from include.freshness.memory import S3Memory
from include.freshness.standing import read, standings
from include.object_store import ObjectStore
from include.steps import publish_site
from tests.alerts import samples
from tests.pipeline import Pipeline
from tests.ports import free_port
from tests.terraform import denied, tools
from tests.terraform.conftest import Rendered
from tests.terraform.moto_server import ACCOUNT, REGION, Moto, moto

REFUSED = {"AccessDenied", "UnauthorizedOperation", "403"}  # the last where moto names no error
Client = Callable[[str], Any]


@pytest.fixture(scope="module")
def account(rendered: Rendered, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Clients of the execution role in an account that holds what Terraform makes, and what it does not."""
    folder = tmp_path_factory.mktemp("moto")
    with moto(free_port(), folder) as server:
        _make(server, rendered)
        role = server.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/{denied.ROLE}", RoleSessionName="test"
        )
        server.enforce()
        yield lambda service: server.client(service, role["Credentials"])


def _make(server: Moto, rendered: Rendered) -> None:
    s3, iam = server.client("s3"), server.client("iam")
    for bucket in (denied.RAW, denied.PROCESSED, denied.SITE, denied.PACKAGE, "another"):
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    for topic in ("totes-prod-alerts", "totes-prod-alarms"):
        server.client("sns").create_topic(Name=topic)
    for secret in ("airflow/connections/totesys", "totes-prod/warehouse_owner"):
        server.client("secretsmanager").create_secret(Name=secret, SecretString="postgresql://")
    # Whoever is the role is said by its trust, which moto does not read for services.
    iam.create_role(RoleName=denied.ROLE, AssumeRolePolicyDocument='{"Version": "2012-10-17", "Statement": []}')
    iam.put_role_policy(RoleName=denied.ROLE, PolicyName="pipeline", PolicyDocument=rendered.policies["execution"])


@pytest.fixture
def deployed(small: Pipeline, account: Client) -> Pipeline:
    """The pipeline on real PostgreSQL, with that account's buckets, as the execution role."""
    s3 = account("s3")
    return dataclasses.replace(small, raw=ObjectStore(s3, denied.RAW), processed=ObjectStore(s3, denied.PROCESSED))


def test_everything_from_extract_to_publish_is_allowed(deployed: Pipeline, account: Client) -> None:
    deployed.raw.check()
    deployed.processed.check()
    loads = deployed.run()
    assert sum(load["rows_new"] for load in loads.values()) > 0
    site = extracts.Site(account("s3"), denied.SITE)
    with deployed.loading() as warehouse:
        assert publish_site.publish(site, warehouse)["rows"]
        assert publish_site.note_freshness(site, warehouse)
    site.parts.remove(object_keys.EXTRACTS_STATE)


def test_its_testing_environment_is_allowed(deployed: Pipeline) -> None:
    beside = deployed.testing()
    assert beside.run()


def test_connections_alerts_and_metrics_are_allowed(deployed: Pipeline, account: Client) -> None:
    secrets = account("secretsmanager")
    assert secrets.get_secret_value(SecretId="airflow/connections/totesys")["SecretString"]
    alert = samples.failed()
    assert sns.Topic(account("sns"), denied.ALERTS).publish(alert, "https://example.org/runbook")
    assert spool.claim(deployed.processed, alert)
    spool.remove(deployed.processed, alert)
    assert S3Memory(account("s3"), denied.PROCESSED).last() is None
    deployed.run()
    with deployed.loading() as warehouse, warehouse.transaction():
        stands = standings(*read(warehouse))
    points = metrics.metrics(stands, [], environment="production", seconds=1, at=datetime.now(UTC))
    assert metrics.emit(account("cloudwatch"), "Totes", points) == len(points) > 0


@pytest.mark.parametrize("refused", denied.DENIED, ids=lambda refused: refused.words)
def test_nothing_else_is(account: Client, refused: denied.Denied) -> None:
    with pytest.raises(ClientError) as found:
        refused.call(account(refused.service))
    assert found.value.response["Error"]["Code"] in REFUSED


def test_the_readme_lists_what_is_denied() -> None:
    text = (tools.FOLDER / "README.md").read_text()
    table = text.partition("<!-- denied -->")[2].partition("<!-- end -->")[0]
    assert re.findall(r"^\| ([^|]+?) \| `([^|]+?)` \|$", table, re.MULTILINE) == [
        (refused.words, refused.service) for refused in denied.DENIED
    ]
