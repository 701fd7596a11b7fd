"""MWAA's bucket: objects put there as versions, and put back."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from deploy.errors import DeployError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_DIGEST = "sha256"
"""The name of an object's digest among its metadata: an ETag is none where KMS encrypts."""


@dataclass(frozen=True)
class Change:
    """A key that a release changed, and the version that lay there before (none: nothing did)."""

    key: str
    former: str | None


@dataclass(frozen=True)
class Bucket:
    """A versioned bucket. Raises ``DeployError`` where it keeps no versions: nothing could be put back."""

    client: "S3Client"
    name: str

    def __post_init__(self) -> None:
        found = self.client.get_bucket_versioning(Bucket=self.name).get("Status", "none")
        if found != "Enabled":
            raise DeployError(
                f"the bucket {self.name}",
                found=f"versioning {found}",
                expected="versioning, by which MWAA takes its objects and a release is taken back",
                remedy="enable it (terraform/ does), then deploy again",
            )

    def put(self, files: Mapping[str, bytes], noted: Callable[[Change], None]) -> int:
        """Put what differs from what lies there, and note each change before it is made; returns how many."""
        changed = 0
        for key, content in files.items():
            digest, found = hashlib.sha256(content).hexdigest(), self._head(key)
            if found is None or found[1] != digest:
                noted(Change(key, found[0] if found else None))
                self.client.put_object(Bucket=self.name, Key=key, Body=content, Metadata={_DIGEST: digest})
                changed += 1
        return changed

    def remove(self, keys: list[str], noted: Callable[[Change], None]) -> int:
        """Remove objects, noting each before; their versions stay. Returns how many."""
        changed = 0
        for key in keys:
            if found := self._head(key):
                noted(Change(key, found[0]))
                self.client.delete_object(Bucket=self.name, Key=key)
                changed += 1
        return changed

    def put_back(self, change: Change) -> None:
        """Make what lay at a key before the change lie there again, as its newest version, unless it does."""
        found = self._head(change.key)
        if change.former is None:
            if found:
                self.client.delete_object(Bucket=self.name, Key=change.key)
        elif not found or not self._same(change.key, found, change.former):
            former = {"Bucket": self.name, "Key": change.key, "VersionId": change.former}
            self.client.copy_object(Bucket=self.name, Key=change.key, CopySource=former)  # type: ignore[arg-type]

    def keys(self, prefix: str) -> Iterator[str]:
        """The keys below a prefix."""
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            yield from (found["Key"] for found in page.get("Contents", []))

    def newest(self, key: str) -> str:
        """The newest version of a key. Raises ``DeployError`` where nothing lies there."""
        if found := self._head(key):
            return found[0]
        raise DeployError(
            f"s3://{self.name}/{key}", found="nothing", expected="an object", remedy="`python -m deploy upload` first"
        )

    def _same(self, key: str, found: tuple[str, str], former: str) -> bool:
        """Whether what lies at a key is, or has the bytes of, a former version; a digest that lacks says nothing."""
        version, digest = found
        return version == former or (digest != "" and self._head(key, former) == (former, digest))

    def _head(self, key: str, version: str | None = None) -> tuple[str, str] | None:
        """Version and digest of what lies at a key, or of one version of it; None where nothing does."""
        of: dict[str, Any] = {"VersionId": version} if version else {}
        try:
            found = self.client.head_object(Bucket=self.name, Key=key, **of)
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
                return None
            raise
        return found["VersionId"], found["Metadata"].get(_DIGEST, "")
