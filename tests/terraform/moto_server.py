"""moto's server in a program of its own, with IAM enforced from a moment on."""

import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.program import HOST, Program, answers, running
from local.settings import ROOT

REGION = "eu-west-2"
ACCOUNT = "123456789012"
"""moto's."""

_NEVER = "1000000000"  # so many requests go by before IAM is asked


@dataclass(frozen=True)
class Moto:
    """A running server."""

    port: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{HOST}:{self.port}"

    def environment(self, key: str = "admin", secret: str = "admin") -> dict[str, str]:  # noqa: S107  moto takes any
        """What leads an AWS program there."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def client(self, service: str, credentials: dict[str, str] | None = None) -> Any:
        """A boto3 client; by default of somebody who may do everything until IAM is enforced."""
        given = credentials or {"AccessKeyId": "admin", "SecretAccessKey": "admin"}
        return boto3.client(
            service,  # type: ignore[call-overload]  # boto3's stubs name each service
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given.get("SessionToken"),
            config=Config(
                s3={"addressing_style": "path"},
                proxies={},
                retries={"total_max_attempts": 1},
                disable_request_compression=True,  # as the pipeline does; moto cannot read it either
            ),
        )

    def enforce(self) -> None:
        """From here on IAM is asked about every request."""
        asked = urllib.request.Request(  # noqa: S310  our own server
            f"{self.url}/moto-api/reset-auth", data=b"0", headers={"Content-Type": "text/plain"}
        )
        urllib.request.urlopen(asked).close()  # noqa: S310  our own server


@contextmanager
def moto(port: int, folder: Path) -> Iterator[Moto]:
    """A server on a port of 127.0.0.1 that logs into the folder."""
    program = Program(
        name="moto",
        command=(sys.executable, "-m", "tests.terraform.strict_aws", str(port)),
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "INITIAL_NO_AUTH_ACTION_COUNT": _NEVER},
        cwd=folder,
        stop_s=5,
    )
    server = Moto(port)
    with running(program, folder / "moto.log", lambda: answers(f"{server.url}/moto-api/")):
        yield server
