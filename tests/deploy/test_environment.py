"""The environment is updated, waited for, rolled back: the commands, against moto's S3 and a stand-in of MWAA."""

from collections import deque

import boto3
import pytest

from deploy import __main__ as command
from deploy import build, contents, environment
from deploy.bucket import Bucket
from tests.deploy.conftest import content, edited
from tests.deploy.service import NAME, Service, serving

OF_ENVIRONMENT = {"update", "wait", "rollback"}


@pytest.fixture
def mwaa(aws_environment, monkeypatch) -> Service:  # noqa: ARG001  its region and keys
    service = Service()
    monkeypatch.setattr(environment, "POLL_S", 0)
    with serving(service) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL_MWAA", url)
        monkeypatch.setenv("AWS_DISABLE_HOST_PREFIX_INJECTION", "true")  # else it is asked at api.127.0.0.1
        yield service


@pytest.fixture
def deploy(bucket, mwaa, tmp_path, capsys):  # noqa: ARG001  it answers
    """Does a command and returns its exit code and what it said."""

    def does(name: str, *more: str) -> tuple[int, str]:
        where = ["--bucket", bucket.name, "--package", str(tmp_path / "mwaa"), "--record", str(tmp_path / "r.json")]
        of_environment = ["--environment", NAME] if name in OF_ENVIRONMENT else []
        code = command.main([name, *where, *of_environment, *more])
        said = capsys.readouterr()
        return code, (said.err if code else said.out).strip()

    return does


@pytest.fixture
def released(project, bucket, mwaa, tmp_path) -> dict[str, bytes]:
    """What lies in the bucket, released from elsewhere, and runs. Another package waits to be deployed."""
    running = contents.collect(project)
    bucket.put(running.files, lambda _: None)
    mwaa.runs = newest(bucket)
    edited(project)
    build.write(contents.collect(project), tmp_path / "mwaa")
    return dict(running.files)


def newest(bucket: Bucket) -> dict[str, str]:
    return {name: bucket.newest(key) for name, key in environment.VERSIONS.items()}


def test_a_release_and_its_rollback(released, bucket, mwaa, deploy):
    assert deploy("upload") == (0, "2 of plugins, requirements and constraints changed")
    assert deploy("update") == (0, "totes-dev: an update has begun")
    assert mwaa.updates[-1] == {
        "PluginsS3Path": "plugins.zip",
        "RequirementsS3Path": "requirements.txt",
        **newest(bucket),
    }
    assert deploy("wait") == (0, "totes-dev is available and runs the newest versions")
    assert deploy("dags") == (0, "3 files below dags/ changed")
    assert content(bucket) != released
    assert deploy("rollback") == (0, "5 objects are as they were; totes-dev runs them")
    assert content(bucket) == released
    assert mwaa.runs == newest(bucket)


def test_an_environment_that_runs_the_newest_versions_is_left_alone(released, mwaa, deploy):  # noqa: ARG001
    asked = len(mwaa.updates)
    assert deploy("update") == (0, "totes-dev runs these versions already")
    assert deploy("wait")[0] == 0
    assert len(mwaa.updates) == asked


def test_a_failed_update_is_told_with_the_service_s_words_and_rolled_back(released, bucket, mwaa, deploy):
    deploy("upload")
    mwaa.fails = "Incorrect requirements"
    assert deploy("update")[0] == 0
    code, said = deploy("wait")
    assert code == 1
    assert f"{NAME} is ROLLING_BACK" in said  # half an hour may be long
    assert f"{NAME}: UPDATE_FAILED, its last update FAILED: Incorrect requirements; expected AVAILABLE" in said
    mwaa.lag = 2  # what it says of itself right after it took the update is still of the one before
    assert deploy("rollback") == (0, "2 objects are as they were; totes-dev runs them")
    assert content(bucket) == released
    assert (mwaa.status, mwaa.runs) == ("AVAILABLE", newest(bucket))


def test_a_rollback_that_fails_may_be_repeated(released, bucket, mwaa, deploy):
    deploy("upload")
    deploy("update")
    deploy("wait")
    mwaa.fails = "no internet"
    code, said = deploy("rollback")
    assert (code, "no internet" in said) == (1, True)
    put_back = newest(bucket)
    assert deploy("rollback")[0] == 0
    assert newest(bucket) == put_back
    assert content(bucket) == released
    assert mwaa.runs == put_back


def test_what_is_being_done_to_the_environment_ends_before_it_is_updated(released, bucket, mwaa, deploy):  # noqa: ARG001
    deploy("upload")
    mwaa.ahead = deque([*sorted(environment.IN_MOTION), "AVAILABLE"])
    assert deploy("update")[0] == 0
    assert deploy("wait")[0] == 0
    assert mwaa.runs == newest(bucket)


def test_an_update_that_was_under_way_is_waited_for_by_the_rollback(released, bucket, mwaa, deploy):
    """A workflow that was cancelled."""
    deploy("upload")
    deploy("update")
    assert deploy("rollback")[0] == 0
    assert content(bucket) == released
    assert mwaa.runs == newest(bucket)


def test_an_update_that_failed_before_is_no_hindrance(released, mwaa, deploy):  # noqa: ARG001
    """Somebody else's, of options, say: the environment goes, but AVAILABLE it is only after another update."""
    mwaa.status, mwaa.last = "UPDATE_FAILED", {"Status": "FAILED", "CreatedAt": 2.0}
    assert deploy("update") == (0, "totes-dev: an update has begun")
    assert deploy("wait")[0] == 0


def test_an_environment_beyond_help_is_told_of(released, mwaa, deploy):  # noqa: ARG001
    deploy("upload")
    mwaa.status = "UNAVAILABLE"
    code, said = deploy("update")
    assert (code, f"Environment {NAME} is UNAVAILABLE" in said) == (1, True)
    code, said = deploy("wait")
    assert (code, f"{NAME}: UNAVAILABLE, its last update SUCCESS" in said) == (1, True)


def test_patience_ends(released, mwaa, deploy):  # noqa: ARG001
    mwaa.ahead = deque(["UPDATING"] * 1000)
    code, said = deploy("wait", "--minutes", "0.001")
    assert (code, "UPDATING after 0.001 minutes" in said) == (1, True)


def test_the_states_are_those_that_the_service_knows():
    known = boto3.client("mwaa", region_name="eu-central-1").meta.service_model.shape_for("EnvironmentStatus").enum
    settled = {"AVAILABLE", "UPDATE_FAILED", "UNAVAILABLE", "CREATE_FAILED", "DELETING", "DELETED"}
    assert settled | environment.IN_MOTION == set(known)


def test_without_a_package_nothing_is_removed(released, bucket, deploy, tmp_path):
    before = content(bucket)
    (tmp_path / "mwaa" / build.SUMS).unlink()
    for name in ("upload", "dags"):
        code, said = deploy(name)
        assert (code, "expected what `make package` wrote" in said) == (1, True)
    assert content(bucket) == before == released


def test_without_a_plugin_in_the_bucket_there_is_nothing_to_run(bucket, deploy):
    code, said = deploy("update")
    assert (code, f"s3://{bucket.name}/plugins.zip: nothing" in said) == (1, True)


def test_a_record_is_never_that_of_another_bucket(released, bucket, deploy):  # noqa: ARG001
    deploy("upload")
    other = f"{bucket.name}-prod"
    bucket.client.create_bucket(Bucket=other, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    bucket.client.put_bucket_versioning(Bucket=other, VersioningConfiguration={"Status": "Enabled"})
    code, said = deploy("rollback", "--bucket", other)
    assert (code, f"a release to the bucket {bucket.name}; expected one to {other}" in said) == (1, True)
