"""The AWS stand-in (ministack): S3, SNS, SQS, STS, Secrets Manager and CloudWatch on one loopback port, on disk."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import boto3
from botocore.config import Config

from include.retention import lifecycle
from local.program import HOST, Program, answers
from local.secrets_store import Secrets
from local.settings import ROOT

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

REGION: Final = "eu-west-2"
"""The region everything is in."""

RAW_BUCKET, PROCESSED_BUCKET = "totes-raw", "totes-processed"
"""The two buckets of the lake."""

SITE_BUCKET = "totes-site"
"""The bucket of what is published from the warehouse."""

ALERTS_TOPIC = "totes-alerts"
"""The SNS topic of the alerts."""

INBOX_QUEUE = "totes-inbox"
"""The SQS queue through which the inbox hears what is published to the topic."""

_ACCOUNT: Final = "000000000000"  # whose everything is there, unless the access key is 12 digits

ALERTS_TOPIC_ARN: Final = f"arn:aws:sns:{REGION}:{_ACCOUNT}:{ALERTS_TOPIC}"
"""What the alerts' topic is published to by."""

_SERVER = ROOT / "docker" / "aws" / "stand_in.py"

SERVICES = ("s3", "sns", "sqs", "sts", "secretsmanager", "monitoring")


def server_environment(home: Path, port: int, bind: str = HOST) -> dict[str, str]:
    """What the server is told: everything below `home`, no listener and no schedule of services that nobody asks for.

    `bind` is the address that it listens on.
    """
    return {
        "BIND_HOST": bind,
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "MINISTACK_WORKER_THREADS": "8",
        "SERVICES": ",".join(SERVICES),
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home / "s3"),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home / "state"),
        "TMPDIR": str(home / "tmp"),
        "DOCKER_HOST": "unix:///nonexistent",  # it would look for containers of its own to stop
        "LOG_LEVEL": "WARNING",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@dataclass(frozen=True, slots=True)
class Aws:
    """One stand-in: the folder that holds its data, its port, and the host that it is reached at."""

    home: Path
    port: int
    host: str = HOST

    @property
    def endpoint_url(self) -> str:
        """What clients give as `endpoint_url`."""
        return f"http://{self.host}:{self.port}"

    def program(self) -> Program:
        """The server."""
        for folder in (self.home, self.home / "s3", self.home / "state", self.home / "tmp"):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Program(
            name="aws",
            command=(sys.executable, str(_SERVER)),
            env={"PATH": "/usr/bin:/bin", **server_environment(self.home, self.port)},
            cwd=self.home,
            stop_s=15,
        )

    def is_ready(self) -> bool:
        """Whether it answers."""
        return answers(f"{self.endpoint_url}/_ministack/health")

    def s3(self, secrets: Secrets) -> S3Client:
        """An S3 client with the stack's keys; it looks at no AWS setting of the machine's user."""
        return boto3.client("s3", **self._arguments(secrets))  # type: ignore[call-overload,no-any-return] # boto3's stubs name each argument

    def sns(self, secrets: Secrets) -> SNSClient:
        """An SNS client likewise."""
        return boto3.client("sns", **self._arguments(secrets))  # type: ignore[call-overload,no-any-return] # as above

    def sqs(self, secrets: Secrets) -> SQSClient:
        """An SQS client likewise."""
        return boto3.client("sqs", **self._arguments(secrets))  # type: ignore[call-overload,no-any-return] # as above

    def environment(self, secrets: Secrets) -> dict[str, str]:
        """The standard variables by which any AWS program finds this stand-in and its keys."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": secrets.aws_access_key_id,
            "AWS_SECRET_ACCESS_KEY": secrets.aws_secret_access_key,
        }

    def provision(self, secrets: Secrets, buckets: Iterable[str] = (RAW_BUCKET, PROCESSED_BUCKET, SITE_BUCKET)) -> None:
        """Make the buckets with their lifecycle rules, the alerts' topic and the inbox's queue on it.

        What is there stays as it is. The stand-in keeps the rules, and does not act on them.
        """
        buckets = set(buckets)
        client = self.s3(secrets)
        existing = {bucket["Name"] for bucket in client.list_buckets()["Buckets"]}
        for bucket in buckets - existing:
            client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        if RAW_BUCKET in buckets:
            lifecycle.apply(client, RAW_BUCKET, "raw")
        if PROCESSED_BUCKET in buckets:
            lifecycle.apply(client, PROCESSED_BUCKET, "processed")
        subscribe_inbox(self.sns(secrets), self.sqs(secrets))

    def _arguments(self, secrets: Secrets) -> dict[str, object]:
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": REGION,
            "aws_access_key_id": secrets.aws_access_key_id,
            "aws_secret_access_key": secrets.aws_secret_access_key,
            "config": Config(s3={"addressing_style": "path"}, proxies={}),
        }


def subscribe_inbox(sns: SNSClient, sqs: SQSClient) -> str:
    """Make the alerts' topic, the inbox's queue and its subscription, as far as they are missing.

    Returns the queue's URL. The subscription has no filter and delivers with SNS's envelope.
    """
    topic = sns.create_topic(Name=ALERTS_TOPIC)["TopicArn"]
    url = sqs.create_queue(QueueName=INBOX_QUEUE)["QueueUrl"]
    queue = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue)
    return url
