"""The lifecycle rules of the lake's buckets, as `put-bucket-lifecycle-configuration` takes them: `raw.json`, …"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

Zone = Literal["raw", "processed"]


def rules(zone: Zone) -> dict[str, Any]:
    """The configuration of a zone's bucket."""
    configuration: dict[str, Any] = json.loads(Path(__file__).with_name(f"{zone}.json").read_text())
    return configuration


def apply(client: "S3Client", bucket: str, zone: Zone) -> None:
    """Give a bucket its rules; others that it had are replaced."""
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=rules(zone))  # type: ignore[arg-type]  # JSON
