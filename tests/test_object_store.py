"""The store, on a real S3 API: nothing is overwritten, nothing is read unverified, every failure is sorted."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from include.errors import DamagedObjectError, LakeUnavailable, PermanentError, SettingError
from include.manifest import StoredFile
from include.object_store import ObjectStore
from local.aws import REGION
from tests.origins import manifest
from tests.ports import free_port

KEY = "raw/totesys/payment/part-00000.csv.zst"


@pytest.fixture
def store(lake_buckets):
    return ObjectStore(lake_buckets.client, lake_buckets.raw)


@pytest.fixture
def client(lake_buckets):
    return lake_buckets.client


def put(store: ObjectStore, body: bytes, key: str = KEY) -> StoredFile:
    return store.put(key, io.BytesIO(body), table="payment", rows=7)


def keys(store: ObjectStore, client) -> list[str]:
    return [item["Key"] for item in client.list_objects_v2(Bucket=store.bucket).get("Contents", [])]


def stored(store: ObjectStore, client, key: str) -> bytes:
    return client.get_object(Bucket=store.bucket, Key=key)["Body"].read()


def test_what_is_stored_is_described_and_comes_back(store):
    file = put(store, b"some rows")
    assert file == StoredFile(key=KEY, table="payment", rows=7, size=9, sha256=hashlib.sha256(b"some rows").hexdigest())
    with store.open(file) as body:
        assert body.read() == b"some rows"


def test_a_body_is_stored_from_its_start_wherever_it_stands(store):
    body = io.BytesIO(b"some rows")
    body.seek(5)
    assert store.put(KEY, body, table="payment", rows=7).size == 9


def test_an_empty_body_is_an_object_too(store):
    with store.open(put(store, b"")) as body:
        assert body.read() == b""


def test_the_same_bytes_again_are_the_same_object(store, client):
    assert put(store, b"some rows") == put(store, b"some rows")
    assert keys(store, client) == [KEY]


def test_other_bytes_never_replace_what_is_there(store, client):
    attempts = [put(store, body).key for body in (b"first", b"second", b"third", b"second", b"first")]
    second, third = KEY.replace(".csv", ".attempt-2.csv"), KEY.replace(".csv", ".attempt-3.csv")
    assert attempts == [KEY, second, third, second, KEY]
    assert [stored(store, client, key) for key in (KEY, second, third)] == [b"first", b"second", b"third"]


def test_after_twenty_other_bytes_it_gives_up_and_says_why(store):
    for number in range(20):
        put(store, f"other {number}".encode())
    with pytest.raises(PermanentError, match="20 attempts with other bytes") as caught:
        put(store, b"mine")
    assert caught.value.where == f"s3://{store.bucket}/{KEY}"


def test_of_several_claimants_at_once_exactly_one_is_told_so(store, client):
    with ThreadPoolExecutor(8) as threads:
        bodies = [f"claimant {number}".encode() for number in range(8)]
        claimed = list(threads.map(lambda body: store.claim("alerts/a.json", body), bodies))
    assert claimed.count(True) == 1
    assert stored(store, client, "alerts/a.json") == bodies[claimed.index(True)]


def test_a_manifest_is_read_as_it_was_put(store):
    key = store.put_manifest("raw/folder", manifest())
    assert key == "raw/folder/manifest.json"
    assert store.manifest(key) == manifest()


def test_a_second_manifest_of_a_folder_gets_a_key_of_its_own(store):
    store.put_manifest("raw/folder", manifest())
    later = manifest(snapshot_at="2024-11-16T08:00:00+00:00")
    key = store.put_manifest("raw/folder", later)
    assert key == "raw/folder/manifest.attempt-2.json"
    assert store.manifest(key) == later
    assert store.manifest("raw/folder/manifest.json") == manifest()


@pytest.mark.parametrize("damaged", [b"some row", b"some rowS", b"", b"some rows and more"])
def test_an_object_with_other_bytes_is_refused_before_it_is_used(store, client, damaged: bytes):
    file = put(store, b"some rows")
    client.put_object(Bucket=store.bucket, Key=KEY, Body=damaged)  # somebody else than the pipeline
    used = False
    with pytest.raises(DamagedObjectError) as caught, store.open(file):
        used = True
    assert not used
    assert caught.value.where == f"s3://{store.bucket}/{KEY}"
    assert f"{len(damaged)} bytes" in caught.value.found
    assert "9 bytes" in caught.value.expected


def test_a_size_that_is_not_the_manifests_is_refused(store):
    file = put(store, b"some rows")
    with pytest.raises(DamagedObjectError), store.open(replace(file, size=8)):
        pass


def test_a_missing_object_is_damage(store):
    file = put(store, b"some rows")
    with pytest.raises(DamagedObjectError, match="no object") as caught, store.open(replace(file, key="raw/gone")):
        pass
    assert caught.value.where == f"s3://{store.bucket}/raw/gone"


def test_a_missing_manifest_is_damage(store):
    with pytest.raises(DamagedObjectError, match=r"raw/folder/manifest\.json: no object"):
        store.manifest("raw/folder/manifest.json")


def test_a_bucket_that_is_there_passes_the_check(store):
    store.check()


@pytest.mark.parametrize("use", [ObjectStore.check, lambda store: put(store, b"x"), lambda store: store.manifest("m")])
def test_a_missing_bucket_is_a_wrong_setting(lake_buckets, use):
    with pytest.raises(SettingError) as caught:
        use(ObjectStore(lake_buckets.client, "no-such-bucket"))
    assert "no-such-bucket" in caught.value.where
    assert "check the bucket's name" in caught.value.remedy


def test_a_dead_server_is_worth_another_try():
    port = free_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://127.0.0.1:{port}",
        region_name=REGION,
        aws_access_key_id="some-key",
        aws_secret_access_key="some-secret-key",  # noqa: S106  belongs to nobody
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=1, proxies={}),
    )
    store = ObjectStore(client, "totes-raw")
    for use in (store.check, lambda: put(store, b"x"), lambda: store.manifest("m")):
        with pytest.raises(LakeUnavailable) as caught:
            use()
        assert "s3://totes-raw/" in caught.value.where
        assert "totes_aws" in caught.value.remedy
        assert "some-secret-key" not in str(caught.value)


# What the stand-in never answers is played by botocore's own stub of the wire.
ANSWERS = [
    ("SlowDown", 503, LakeUnavailable),
    ("InternalError", 500, LakeUnavailable),
    ("Bad Gateway", 502, LakeUnavailable),
    ("RequestTimeout", 400, LakeUnavailable),
    ("AccessDenied", 403, SettingError),
    ("InvalidAccessKeyId", 403, SettingError),
    ("SignatureDoesNotMatch", 403, SettingError),
]


@pytest.fixture
def stubbed():
    """A store, and the stub that answers it."""
    client = boto3.client("s3", region_name=REGION, aws_access_key_id="nobody", aws_secret_access_key="x")  # noqa: S106  nobody's
    with Stubber(client) as stubber:
        yield ObjectStore(client, "totes-raw"), stubber


@pytest.mark.parametrize(("code", "status", "kind"), ANSWERS)
def test_an_answer_is_sorted_by_what_helps(stubbed, code: str, status: int, kind: type[Exception]):
    store, stubber = stubbed
    stubber.add_client_error("get_object", code, http_status_code=status)
    with pytest.raises(kind, match=f"S3 answered {code}"):
        store.manifest("m")


def test_an_unfinished_put_of_somebody_else_is_worth_another_try(stubbed):
    store, stubber = stubbed
    stubber.add_client_error("put_object", "ConditionalRequestConflict", http_status_code=409)
    stubber.add_client_error("get_object", "NoSuchKey", http_status_code=404)
    with pytest.raises(LakeUnavailable, match="ConditionalRequestConflict"):
        put(store, b"x")


def test_below_a_prefix_keys_are_spelled_without_it(store, client):
    below = ObjectStore(client, store.bucket, "testing/")
    file = put(below, b"some rows")
    assert file.key == KEY
    assert keys(store, client) == [f"testing/{KEY}"]
    assert below.read(KEY) == b"some rows"
    with below.open(file) as body:
        assert body.read() == b"some rows"
    with pytest.raises(DamagedObjectError, match=f"s3://{store.bucket}/testing/{KEY}2: no object"):
        below.read(f"{KEY}2")


def test_with_and_without_a_prefix_neither_lists_the_other(store, client):
    below = ObjectStore(client, store.bucket, "testing/")
    for number in (1, 2, 3):
        put(below, b"below", f"raw/{number}")
        put(store, b"above", f"raw/{number}")
    for listing in (below, store):
        assert [key for key, _ in listing.listed("raw/")] == ["raw/1", "raw/2", "raw/3"]
        assert [key for key, _ in listing.listed("raw/", after="raw/1")] == ["raw/2", "raw/3"]
    assert below.read("raw/1") == b"below"
    assert store.read("raw/1") == b"above"
