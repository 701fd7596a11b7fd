"""The AWS stand-in (ministack): S3, SNS, SQS, STS and Secrets Manager on one loopback port, on disk."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

import boto3
from botocore.config import Config

from local.program import HOST, Program
from local.secrets_store import Secrets

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

REGION: Final = "eu-west-2"
"""The region everything is in."""

RAW_BUCKET, PROCESSED_BUCKET = "totes-raw", "totes-processed"
"""The two buckets of the lake."""

ALERTS_TOPIC = "totes-alerts"
"""The SNS topic of the alerts."""

SERVICES = ("s3", "sns", "sqs", "sts", "secretsmanager")


@dataclass(frozen=True, slots=True)
class Aws:
    """One stand-in: the folder that holds its data and its port."""

    home: Path
    port: int

    @property
    def endpoint_url(self) -> str:
        """What clients give as `endpoint_url`."""
        return f"http://{HOST}:{self.port}"

    def program(self) -> Program:
        """The server, without the listeners and the schedulers of the services that nobody asks for."""
        for folder in (self.home, self.home / "s3", self.home / "state", self.home / "tmp"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Program(
            name="aws",
            command=(sys.executable, "-m", "ministack"),
            env={
                "PATH": "/usr/bin:/bin",
                "BIND_HOST": HOST,
                "GATEWAY_PORT": str(self.port),
                "MINISTACK_HOST": HOST,
                "MINISTACK_REGION": REGION,
                "MINISTACK_WORKER_THREADS": "8",
                "SERVICES": ",".join(SERVICES),
                "SFTP_ENABLED": "0",
                "IOT_MTLS_ENABLED": "0",
                "S3_PERSIST": "1",
                "S3_DATA_DIR": str(self.home / "s3"),
                "PERSIST_STATE": "1",
                "STATE_DIR": str(self.home / "state"),
                "TMPDIR": str(self.home / "tmp"),
                "DOCKER_HOST": "unix:///nonexistent",  # it would look for containers of its own to stop
                "LOG_LEVEL": "WARNING",
                "PYTHONDONTWRITEBYTECODE": "1",
            },
            cwd=self.home,
            stop_s=15,
        )

    def is_ready(self) -> bool:
        """Whether it answers."""
        with suppress(URLError, OSError), _DIRECT.open(f"{self.endpoint_url}/_ministack/health", timeout=2):
            return True
        return False

    def s3(self, secrets: Secrets) -> S3Client:
        """An S3 client with the stack's keys; it looks at no AWS setting of the machine's user."""
        return boto3.client("s3", **self._arguments(secrets))  # type: ignore[call-overload,no-any-return] # boto3's stubs name each argument

    def provision(self, secrets: Secrets, buckets: Iterable[str] = (RAW_BUCKET, PROCESSED_BUCKET)) -> None:
        """Make the buckets and the alerts' topic; those that are there stay as they are."""
        client = self.s3(secrets)
        existing = {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}
        for bucket in set(buckets) - existing:
            client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        boto3.client("sns", **self._arguments(secrets)).create_topic(Name=ALERTS_TOPIC)  # type: ignore[call-overload] # as above

    def _arguments(self, secrets: Secrets) -> dict[str, object]:
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": REGION,
            "aws_access_key_id": secrets.aws_access_key_id,
            "aws_secret_access_key": secrets.aws_secret_access_key,
            "config": Config(s3={"addressing_style": "path"}, proxies={}),
        }


_DIRECT = build_opener(ProxyHandler({}))  # a proxy of the machine's user cannot reach our loopback port
