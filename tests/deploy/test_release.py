"""What a release changes in the bucket (moto's server, with real versions), and how it is taken back."""

import pytest

from deploy import contents
from deploy.bucket import Bucket, Change
from deploy.errors import DeployError
from deploy.record import Record
from deploy.release import take_back, upload_code, upload_runtime
from tests.deploy.conftest import content, edited


@pytest.fixture
def record(tmp_path) -> Record:
    return Record(tmp_path / "release.json")


def deployed(project, bucket: Bucket, record: Record) -> tuple[int, int]:
    package = contents.collect(project)
    return upload_runtime(package, bucket, record), upload_code(package, bucket, record)


def versions(bucket: Bucket) -> dict[str, str]:
    return {key: bucket.newest(key) for key in bucket.keys("")}


@pytest.fixture
def breaks_off(monkeypatch):
    """Has the connection to S3 break at the put of one key, before or after S3 took it."""

    def at(bucket: Bucket, key: str, *, taken: bool) -> None:
        put = bucket.client.put_object

        def broken(**asked):
            answer = put(**asked) if asked["Key"] != key or taken else None
            if asked["Key"] == key:
                monkeypatch.setattr(bucket.client, "put_object", put)
                raise ConnectionError(key)
            return answer

        monkeypatch.setattr(bucket.client, "put_object", broken)

    return at


def test_the_first_release_puts_everything(project, bucket, record):
    assert deployed(project, bucket, record) == (3, 4)
    assert content(bucket) == contents.collect(project).files


def test_a_release_without_a_change_makes_no_version(project, bucket, record):
    deployed(project, bucket, record)
    before = versions(bucket)
    assert deployed(project, bucket, record) == (0, 0)
    assert versions(bucket) == before


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


def test_the_last_change_is_taken_back_first(project, bucket, record, monkeypatch):
    """By the way it came: what is imported is never older than what imports it expects."""
    deployed(project, bucket, record)
    keys: list[str] = []
    monkeypatch.setattr(Bucket, "put_back", lambda _, change: keys.append(change.key))
    take_back(bucket, record)
    assert keys == [change.key for change in reversed(record.release().changes)]
    assert (keys[0], keys[-1]) == ("dags/totes_etl.py", "dags/constraints.txt")


def test_taking_back_again_makes_no_version(project, bucket, record):
    """Each version of the plugins would cost an update of half an hour."""
    deployed(project, bucket, record)
    edited(project)
    deployed(project, bucket, record)
    take_back(bucket, record)
    before = versions(bucket)
    take_back(bucket, record)
    assert versions(bucket) == before


@pytest.mark.parametrize(
    ("key", "taken"),
    [("requirements.txt", True), ("plugins.zip", False), ("plugins.zip", True), ("dags/totes_etl.py", True)],
)
def test_a_release_that_broke_off_is_taken_back_to_the_very_versions(project, bucket, record, breaks_off, key, taken):
    deployed(project, bucket, record)
    before = content(bucket)
    plugins = bucket.newest("plugins.zip")
    edited(project)
    breaks_off(bucket, key, taken=taken)
    with pytest.raises(ConnectionError):
        deployed(project, bucket, record)
    take_back(bucket, record)
    assert content(bucket) == before
    untouched = key == "requirements.txt" or (key == "plugins.zip" and not taken)
    assert (bucket.newest("plugins.zip") == plugins) == untouched


@pytest.mark.parametrize("taken", [True, False])
def test_what_was_put_before_it_broke_off_is_not_forgotten_when_it_is_tried_again(
    project, bucket, record, breaks_off, taken
):
    deployed(project, bucket, record)
    before = content(bucket)
    edited(project)
    breaks_off(bucket, "plugins.zip", taken=taken)
    with pytest.raises(ConnectionError):
        deployed(project, bucket, record)
    deployed(project, bucket, record)
    assert content(bucket) == contents.collect(project).files
    take_back(bucket, record)
    assert content(bucket) == before


def test_what_somebody_else_put_by_other_means_is_put_back(project, bucket, record):
    """Without a digest of ours beside it."""
    bucket.client.put_object(Bucket=bucket.name, Key="plugins.zip", Body=b"by hand")
    bucket.put({"plugins.zip": b"ours"}, lambda _: None)
    bucket.client.put_object(Bucket=bucket.name, Key="plugins.zip", Body=b"by another hand")
    before = content(bucket)
    deployed(project, bucket, record)
    bucket.client.put_object(Bucket=bucket.name, Key="plugins.zip", Body=b"by a third hand")
    take_back(bucket, record)
    assert content(bucket) == before


def test_what_is_imported_is_put_before_what_imports_it(project, bucket, record):
    (project / "dags" / ".airflowignore").write_text("# imported\ntotes_tasks.py\ninclude/\n")
    (project / "dags" / "totes_tasks.py").write_text("import include\n")
    deployed(project, bucket, record)
    assert [change.key for change in record.release().changes] == [
        "dags/constraints.txt",
        "requirements.txt",
        "plugins.zip",
        "dags/.airflowignore",
        "dags/include/__init__.py",
        "dags/include/pages/style.css",
        "dags/totes_tasks.py",
        "dags/totes_etl.py",
    ]


def test_a_bucket_without_versions_is_refused(bucket):
    name = f"{bucket.name}-plain"
    bucket.client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    with pytest.raises(DeployError, match=f"the bucket {name}: versioning none"):
        Bucket(bucket.client, name)


@pytest.mark.parametrize("text", [None, "{", "[]", '{"bucket": "x"}'])
def test_without_a_record_nothing_is_taken_back(bucket, record, text):
    if text:
        record.path.write_text(text)
    with pytest.raises(DeployError, match=r"release.json: none that can be read"):
        take_back(bucket, record)


def test_the_record_of_one_bucket_takes_nothing_back_in_another(project, bucket, record):
    """A first release notes that nothing was there: another bucket would be emptied by it."""
    deployed(project, bucket, record)
    record.begin("another", contents.collect(project).digest)
    record.note(Change("plugins.zip", None))
    before = content(bucket)
    with pytest.raises(DeployError, match=f"a release to the bucket another; expected one to {bucket.name}"):
        take_back(bucket, record)
    assert content(bucket) == before


def test_dags_of_another_package_than_the_plugins_are_not_put(project, bucket, record):
    upload_runtime(contents.collect(project), bucket, record)
    edited(project)
    with pytest.raises(DeployError, match="a release of the package"):
        upload_code(contents.collect(project), bucket, record)
    assert "dags/totes_etl.py" not in content(bucket)
