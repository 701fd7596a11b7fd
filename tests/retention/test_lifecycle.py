"""The lifecycle rules say prefixes as the pipeline spells them, expire nothing that is needed, and S3 takes them."""

from datetime import UTC, date, datetime
from typing import Any, get_args

import pytest

from include import object_keys
from include.environment import TESTING
from include.retention import lifecycle

DAY = date(2024, 11, 14)
NEVER_EXPIRE = {
    "raw": [object_keys.manifest(object_keys.raw_folder("totesys", "sales_order", DAY, "l"))],
    "processed": [
        object_keys.part(object_keys.quarantine_folder("fact_payment", DAY, "l"), 0, "jsonl"),
        object_keys.spooled("an alert", "alert.json"),
        object_keys.told("freshness"),
    ],
}
EXPIRE = {
    "raw": [f"{TESTING.prefix}{key}" for key in NEVER_EXPIRE["raw"]],
    "processed": [
        object_keys.manifest(object_keys.processed_folder("fact_payment", DAY, "l")),
        object_keys.deadline("scheduled__x"),
        *(f"{TESTING.prefix}{key}" for key in NEVER_EXPIRE["processed"]),
    ],
}


def expires(zone: lifecycle.Zone, key: str) -> bool:
    return any(key.startswith(prefix(rule)) for rule in lifecycle.rules(zone)["Rules"] if "Expiration" in rule)


def prefix(rule: dict[str, Any]) -> str:
    return str(rule["Filter"].get("And", rule["Filter"])["Prefix"])


@pytest.mark.parametrize("zone", get_args(lifecycle.Zone))
def test_only_what_can_be_made_again_expires(zone: lifecycle.Zone):
    assert [key for key in NEVER_EXPIRE[zone] if expires(zone, key)] == []
    assert [key for key in EXPIRE[zone] if not expires(zone, key)] == []


def test_raw_becomes_cheaper_and_stays():
    (rule,) = [rule for rule in lifecycle.rules("raw")["Rules"] if "Transitions" in rule]
    assert NEVER_EXPIRE["raw"][0].startswith(prefix(rule))
    assert {step["StorageClass"] for step in rule["Transitions"]} == {"GLACIER_IR"}, "read at once, as a replay does"


@pytest.mark.parametrize("zone", get_args(lifecycle.Zone))
def test_s3_takes_them_and_objects_are_as_before(lake_buckets, zone: lifecycle.Zone):
    client, bucket = lake_buckets.client, lake_buckets.raw
    client.put_object(Bucket=bucket, Key=EXPIRE[zone][0], Body=b"x")
    lifecycle.apply(client, bucket, zone)
    held = client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert [rule["ID"] for rule in held] == [rule["ID"] for rule in lifecycle.rules(zone)["Rules"]]
    assert client.head_object(Bucket=bucket, Key=EXPIRE[zone][0])["LastModified"] <= datetime.now(UTC)
