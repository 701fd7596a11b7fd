"""The commands of a deployment against S3 with versions (moto's server) and a recorded MWAA.

MWAA's API is in no stand-in: botocore's stubber answers for it, and checks every request against the service's model.
"""

import boto3
import pytest
from botocore.stub import Stubber

from deploy import __main__ as command
from deploy import build, contents
from deploy.bucket import Bucket
from deploy.environment import Environment
from deploy.errors import DeployError
from deploy.release import Record, take_back, upload_code, upload_runtime

NAME = "totes-dev"


@pytest.fixture
def record(tmp_path) -> Record:
    return Record(tmp_path / "release.json")


def content(bucket: Bucket) -> dict[str, bytes]:
    """What lies in the bucket now."""
    return {key: bucket.client.get_object(Bucket=bucket.name, Key=key)["Body"].read() for key in bucket.keys("")}


def deployed(project, bucket: Bucket, record: Record) -> tuple[int, int]:
    package = contents.collect(project)
    return upload_runtime(package, bucket, record), upload_code(package, bucket, record)


def edited(project) -> None:
    """A file changed, a new one, one gone, one more requirement."""
    (project / "dags" / "totes_etl.py").write_text("import include, totes_tasks\n")
    (project / "dags" / "totes_tasks.py").write_text("import include.steps\n")
    (project / "include" / "pages" / "style.css").unlink()
    (project / "requirements.txt").write_text("--constraint constraints.txt\npandas\npyarrow\n")


def test_the_first_release_puts_everything(project, bucket, record):
    assert deployed(project, bucket, record) == (3, 4)
    assert content(bucket) == contents.collect(project).files


def test_a_release_without_a_change_makes_no_version(project, bucket, record):
    deployed(project, bucket, record)
    before = {key: bucket.newest(key) for key in bucket.keys("")}
    assert deployed(project, bucket, record) == (0, 0)
    assert {key: bucket.newest(key) for key in bucket.keys("")} == before


def test_what_changed_is_put_and_what_is_gone_removed(project, bucket, record):
    deployed(project, bucket, record)
    edited(project)
    assert deployed(project, bucket, record) == (2, 3)
    assert content(bucket) == contents.collect(project).files
    assert "dags/include/pages/style.css" not in content(bucket)


def test_a_release_is_taken_back_whole(project, bucket, record):
    deployed(project, bucket, record)
    before = content(bucket)
    edited(project)
    deployed(project, bucket, record)
    assert content(bucket) != before
    assert take_back(bucket, record) == 5
    assert content(bucket) == before
    assert deployed(project, bucket, record) == (2, 3)  # and can be tried again


def test_a_release_that_broke_off_is_taken_back_too(project, bucket, record, monkeypatch):
    deployed(project, bucket, record)
    before = content(bucket)
    edited(project)
    monkeypatch.setattr(Bucket, "remove", lambda *_: (_ for _ in ()).throw(ConnectionError))
    with pytest.raises(ConnectionError):
        deployed(project, bucket, record)
    take_back(bucket, record)
    assert content(bucket) == before


def test_what_is_imported_is_put_before_what_imports_it(project, bucket, record):
    deployed(project, bucket, record)
    keys = [change.key for change in record.changes()]
    assert keys[:3] == ["dags/constraints.txt", "requirements.txt", "plugins.zip"]
    assert max(keys.index(key) for key in keys if "include/" in key) < keys.index("dags/totes_etl.py")


def test_a_bucket_without_versions_is_refused(bucket):
    name = f"{bucket.name}-plain"
    bucket.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    with pytest.raises(DeployError, match=f"the bucket {name}: versioning none"):
        Bucket(bucket.client, name)


def test_without_a_record_nothing_is_taken_back(bucket, record):
    with pytest.raises(DeployError, match=r"release.json: none that can be read"):
        take_back(bucket, record)


class Mwaa:
    """An environment as the recorded service describes it, one answer after the other."""

    def __init__(self):
        self.client = boto3.client("mwaa")
        self.stub = Stubber(self.client)
        self.pauses = []

    def found(self, status: str, versions: dict[str, str], last: str = "SUCCESS", error: str = "") -> None:
        update = {"Status": last} | ({"Error": {"ErrorCode": "x", "ErrorMessage": error}} if error else {})
        answer = {"Environment": {"Name": NAME, "Status": status, "LastUpdate": update, **versions}}
        self.stub.add_response("get_environment", answer, {"Name": NAME})

    def updated(self, versions: dict[str, str]) -> None:
        given = {"PluginsS3Path": "plugins.zip", "RequirementsS3Path": "requirements.txt", **versions}
        self.stub.add_response("update_environment", {"Arn": "arn:aws:airflow:::x"}, {"Name": NAME, **given})

    @property
    def environment(self) -> Environment:
        return Environment(self.client, NAME, self.pauses.append)


@pytest.fixture
def mwaa(bucket):  # noqa: ARG001  its region and keys
    recorded = Mwaa()
    with recorded.stub:
        yield recorded
        recorded.stub.assert_no_pending_responses()


def newest(bucket: Bucket) -> dict[str, str]:
    keys = {"PluginsS3ObjectVersion": "plugins.zip", "RequirementsS3ObjectVersion": "requirements.txt"}
    return {name: bucket.newest(key) for name, key in keys.items()}


def test_an_environment_that_runs_the_newest_versions_is_left_alone(project, bucket, record, mwaa):
    deployed(project, bucket, record)
    mwaa.found("AVAILABLE", newest(bucket))
    assert not mwaa.environment.update(bucket)


def test_an_update_names_the_versions_and_is_waited_for(project, bucket, record, mwaa):
    deployed(project, bucket, record)
    former = newest(bucket)
    edited(project)
    deployed(project, bucket, record)
    assert former != newest(bucket)
    mwaa.found("AVAILABLE", former)
    mwaa.updated(newest(bucket))
    mwaa.found("AVAILABLE", former)  # it has not begun yet
    mwaa.found("UPDATING", former, "PENDING")
    assert mwaa.environment.update(bucket)
    mwaa.found("UPDATING", former, "PENDING")
    mwaa.found("AVAILABLE", newest(bucket))
    mwaa.environment.wait(bucket, 60)
    assert mwaa.pauses == [20, 20]


@pytest.mark.parametrize("status", ["UPDATE_FAILED", "UNAVAILABLE", "AVAILABLE"])
def test_a_failed_update_is_told_with_the_service_s_words(project, bucket, record, mwaa, status):
    deployed(project, bucket, record)
    mwaa.found("ROLLING_BACK", {})
    mwaa.found(status, {"PluginsS3ObjectVersion": "former"}, "FAILED", "Incorrect requirements")
    with pytest.raises(DeployError, match=f"{NAME}: {status}, its last update FAILED: Incorrect requirements"):
        mwaa.environment.wait(bucket, 60)


def test_patience_ends(project, bucket, record, mwaa):
    deployed(project, bucket, record)
    for _ in range(3):
        mwaa.found("UPDATING", {})
    with pytest.raises(DeployError, match="UPDATING after 1 minutes"):
        mwaa.environment.wait(bucket, 1)


def test_the_commands_release_and_roll_back(project, bucket, mwaa, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(command, "_environment", lambda _: mwaa.environment)
    packaged, kept = tmp_path / "mwaa", ["--record", str(tmp_path / "release.json")]
    where = ["--bucket", bucket.name, "--package", str(packaged), *kept]

    def told(*arguments: str) -> str:
        assert command.main([arguments[0], *where, *arguments[1:]]) == 0
        return capsys.readouterr().out.strip()

    build.write(contents.collect(project), packaged)
    assert told("upload") == "3 of plugins, requirements and constraints changed"
    assert told("dags") == "4 files below dags/ changed"
    before = content(bucket)
    edited(project)
    build.write(contents.collect(project), packaged)
    assert told("upload") == "2 of plugins, requirements and constraints changed"
    former = {"PluginsS3ObjectVersion": "a", "RequirementsS3ObjectVersion": "b"}
    mwaa.found("AVAILABLE", former)
    mwaa.updated(newest(bucket))
    mwaa.found("UPDATING", former)
    assert told("update", "--environment", NAME) == "totes-dev: an update has begun"
    mwaa.found("UPDATE_FAILED", former, "FAILED", "Incorrect requirements")
    assert command.main(["wait", *where, "--environment", NAME]) == 1
    assert "Incorrect requirements" in capsys.readouterr().err
    _expect_rollback(mwaa, bucket, former, monkeypatch)
    assert told("rollback", "--environment", NAME) == "2 objects are as they were; totes-dev runs them"
    assert content(bucket) == before


def _expect_rollback(mwaa: Mwaa, bucket: Bucket, former: dict[str, str], patch: pytest.MonkeyPatch) -> None:
    """What is put back has versions that nobody knows before: the stub is told when they are there."""
    mwaa.found("UPDATE_FAILED", former)  # settled
    update = Environment.update

    def updating(environment: Environment, where: Bucket) -> bool:
        mwaa.found("UPDATE_FAILED", former)
        mwaa.updated(newest(bucket))
        mwaa.found("UPDATING", former)
        begun = update(environment, where)
        mwaa.found("AVAILABLE", newest(bucket))
        return begun

    patch.setattr(Environment, "update", updating)
