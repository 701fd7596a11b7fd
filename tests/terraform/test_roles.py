"""The programs' own calls under the very policies that Terraform renders, on a server that asks IAM about each."""

import dataclasses
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from deploy.bucket import Bucket
from deploy.contents import CONSTRAINTS, PLUGINS, REQUIREMENTS, Package
from deploy.release import Record, take_back, upload_code, upload_runtime
from include import metrics, object_keys, testing
from include.alerts import sns, spool
from include.analytics import extracts
from include.freshness.memory import S3Memory
from include.freshness.standing import read, standings
from include.object_store import ObjectStore
from include.smoke import listener
from include.steps import publish_site
from tests.alerts import samples
from tests.pipeline import Pipeline
from tests.ports import free_port
from tests.terraform import denied, tools
from tests.terraform.account import Account, Client, made
from tests.terraform.conftest import Rendered
from tests.terraform.moto_server import moto

REFUSED = {"AccessDenied", "UnauthorizedOperation", "403"}  # the last where moto names no error


@pytest.fixture(scope="module")
def account(rendered: Rendered, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with moto(free_port(), tmp_path_factory.mktemp("moto")) as server:
        yield made(server, rendered)


@pytest.fixture(scope="module")
def airflow(account: Account) -> Client:
    """Clients of the execution role."""
    return account.of("execution")


@pytest.fixture
def deployed(small: Pipeline, airflow: Client) -> Pipeline:
    """The pipeline on real PostgreSQL, with that account's buckets, as the execution role."""
    s3 = airflow("s3")
    return dataclasses.replace(small, raw=ObjectStore(s3, denied.RAW), processed=ObjectStore(s3, denied.PROCESSED))


def test_everything_from_extract_to_publish_is_allowed(deployed: Pipeline, airflow: Client) -> None:
    deployed.raw.check()
    deployed.processed.check()
    loads = deployed.run()
    assert sum(load["rows_new"] for load in loads.values()) > 0
    site = extracts.Site(airflow("s3"), denied.SITE)
    with deployed.loading() as warehouse:
        assert publish_site.publish(site, warehouse)["rows"]
        assert publish_site.note_freshness(site, warehouse)
    site.parts.remove(object_keys.EXTRACTS_STATE)


def test_its_testing_environment_is_allowed_and_the_smoke_test_clears_it(deployed: Pipeline, account: Account) -> None:
    beside = deployed.testing()
    assert beside.run()
    s3 = account.of("smoke")("s3")
    assert testing.clear_lake(s3, denied.RAW)
    assert testing.clear_lake(s3, denied.PROCESSED)


def test_connections_alerts_and_metrics_are_allowed(deployed: Pipeline, airflow: Client) -> None:
    secrets = airflow("secretsmanager")
    assert secrets.get_secret_value(SecretId="airflow/connections/totesys")["SecretString"]
    alert = samples.failed()
    assert sns.Topic(airflow("sns"), denied.ALERTS).publish(alert, "https://example.org/runbook")
    assert spool.claim(deployed.processed, alert)
    spool.remove(deployed.processed, alert)
    assert S3Memory(airflow("s3"), denied.PROCESSED).last() is None
    deployed.run()
    with deployed.loading() as warehouse, warehouse.transaction():
        stands = standings(*read(warehouse))
    points = metrics.metrics(stands, [], environment="production", seconds=1, at=datetime.now(UTC))
    assert metrics.emit(airflow("cloudwatch"), "totes-prod", points) == len(points) > 0


def test_a_release_and_its_way_back_are_allowed(account: Account, tmp_path: Path) -> None:
    bucket, record = Bucket(account.of("deploy")("s3"), denied.PACKAGE), Record(tmp_path / "release.json")
    before = dict.fromkeys((CONSTRAINTS, PLUGINS, REQUIREMENTS, "dags/totes_etl.py", "dags/gone.py"), b"1")
    after = {**dict.fromkeys(before, b"2"), "dags/added.py": b"2"}
    del after["dags/gone.py"]
    for files in (before, after):
        assert upload_runtime(Package(files), bucket, record) == 3
        assert upload_code(Package(files), bucket, record) == len(before.keys() | files.keys()) - 3
    assert take_back(bucket, record) == 6
    assert {
        key: bucket.client.get_object(Bucket=bucket.name, Key=key)["Body"].read() for key in bucket.keys("")
    } == before


def test_the_smoke_test_may_listen(account: Account) -> None:
    topic, queues = (account.of("smoke")(service) for service in ("sns", "sqs"))
    heard = listener.listen(topic, queues, denied.ALERTS)
    sns.Topic(account.of("execution")("sns"), denied.ALERTS).publish(
        dataclasses.replace(samples.failed(), environment="testing"), "https://example.org/runbook"
    )
    assert [one.record["event"] for one in heard.receive(1, within_s=10, quiet_s=0)] == ["failed"]
    assert listener.remove_all(topic, queues, denied.ALERTS) == 1


@pytest.mark.parametrize("refused", denied.DENIED, ids=lambda refused: refused.words)
def test_airflow_may_nothing_else(airflow: Client, refused: denied.Denied) -> None:
    _is_refused(refused, airflow)


@pytest.mark.parametrize("role", ["deploy", "smoke"])
def test_nor_may_those_beside_it(account: Account, role: str) -> None:
    shared = [refused for refused in denied.DENIED if refused.words not in denied.MAY[role]]
    assert len(shared) == len(denied.DENIED) - 1
    for refused in (*shared, *denied.BESIDE[role]):
        _is_refused(refused, account.of(role))


def _is_refused(refused: denied.Denied, client: Client) -> None:
    with pytest.raises(ClientError) as found:
        refused.call(client(refused.service))
    assert found.value.response["Error"]["Code"] in REFUSED, refused.words


def test_the_readme_lists_what_is_denied() -> None:
    text = (tools.FOLDER / "README.md").read_text()
    table = text.partition("<!-- denied -->")[2].partition("<!-- end -->")[0]
    assert re.findall(r"^\| ([^|]+?) \| `([^|]+?)` \|$", table, re.MULTILINE) == [
        (refused.words, refused.service) for refused in denied.DENIED
    ]
