"""One S3 bucket in which nothing is ever overwritten and nothing is read unverified."""

import base64
import contextlib
import hashlib
import io
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import IO, TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, FlexibleChecksumError

from include import object_keys
from include.errors import DamagedObjectError, LakeUnavailable, PermanentError, SettingError
from include.manifest import Manifest, StoredFile

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_IN_MEMORY = 8 * 1024 * 1024  # a larger object is spooled to disk
_CHUNK = 1024 * 1024
_ATTEMPTS = 20
# Besides every answer of status 500 and above: these pass too.
_PASSING = {"RequestTimeout", "RequestTimeTooSkewed", "ConditionalRequestConflict", "OperationAborted"}


class ObjectStore:
    """A bucket, or what lies under a prefix of it, reached with a boto3 S3 client.

    Keys are given and returned without the prefix, so that manifests, XComs and ledger spell them alike
    wherever the store lies.
    """

    def __init__(self, client: "S3Client", bucket: str, prefix: str = "") -> None:
        self._client = client
        self.bucket = bucket
        self.prefix = prefix

    def uri(self, key: str) -> str:
        """Where the object under ``key`` really lies, for messages."""
        return f"s3://{self.bucket}/{self.prefix}{key}"

    def check(self) -> None:
        """Raise ``SettingError`` or ``LakeUnavailable`` unless the bucket is there and may be used."""
        with translated(self.uri("")):
            self._client.head_bucket(Bucket=self.bucket)

    def put(self, key: str, body: IO[bytes], *, table: str, rows: int) -> StoredFile:
        """Store what ``body`` holds from its start, under ``key`` or the next free attempt of it.

        An earlier attempt that stored the very same bytes is taken as this one. Every put is
        conditional, so an object that is there is never replaced.
        """
        size, digest = _measure(body)
        for number in range(1, _ATTEMPTS + 1):
            attempt = object_keys.attempt(key, number)
            if self._put_if_absent(attempt, body, digest) or self._holds(attempt, digest):
                return StoredFile(key=attempt, table=table, rows=rows, size=size, sha256=digest.hex())
        raise PermanentError(
            self.uri(key),
            found=f"{_ATTEMPTS} attempts with other bytes under it",
            expected="at most a few",
            remedy="look at what writes there besides this pipeline",
        )

    def put_manifest(self, folder: str, manifest: Manifest) -> str:
        """Store the manifest of a folder, last of all; returns its key."""
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            body.write(manifest.to_json())
            return self.put(object_keys.manifest(folder), body, table=manifest.origin.table, rows=0).key

    def manifest(self, key: str) -> Manifest:
        """Read the manifest under ``key``."""
        return Manifest.from_json(self.uri(key), self.read(key))

    def claim(self, key: str, content: bytes) -> bool:
        """Store a few bytes under exactly this key, unless something is there; whether they were stored."""
        return self._put_if_absent(key, io.BytesIO(content), hashlib.sha256(content).digest())

    def exists(self, key: str) -> bool:
        """Whether there is an object under exactly this key."""
        return any(found == key for found, _ in self.listed(key))

    def remove(self, key: str) -> None:
        """Delete the object under a key; only claims are, never rows."""
        with translated(self.uri(key)):
            self._client.delete_object(Bucket=self.bucket, Key=self.prefix + key)

    def read(self, key: str) -> bytes:
        """The bytes under ``key``, for small objects that no manifest names."""
        with self._spool(key) as body:
            return body.read()

    def listed(self, root: str, after: str = "") -> Iterator[tuple[str, datetime]]:
        """The keys that start with ``root``, in alphabetical order, behind ``after``, and when each was stored."""
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix + root, StartAfter=self.prefix + after if after else ""
        )
        with translated(self.uri(root)):
            for page in pages:
                for item in page.get("Contents", []):
                    yield item["Key"].removeprefix(self.prefix), item["LastModified"]

    @contextlib.contextmanager
    def open(self, file: StoredFile) -> Iterator[IO[bytes]]:
        """A local copy of a stored file, handed out only if its size and SHA-256 are the manifest's."""
        with self._spool(file.key) as body:
            size, digest = _measure(body)
            if (size, digest.hex()) != (file.size, file.sha256):
                raise DamagedObjectError(
                    self.uri(file.key),
                    found=f"{size} bytes with SHA-256 {digest.hex()[:12]}…",
                    expected=f"{file.size} bytes with SHA-256 {file.sha256[:12]}…",
                    remedy="nothing of it was loaded; clear the table's whole task group to land it again",
                )
            yield body

    def _put_if_absent(self, key: str, body: IO[bytes], digest: bytes) -> bool:
        body.seek(0)
        try:
            with translated(self.uri(key)):
                self._client.put_object(
                    Bucket=self.bucket,
                    Key=self.prefix + key,
                    Body=body,
                    IfNoneMatch="*",
                    ChecksumSHA256=base64.b64encode(digest).decode(),
                )
        except _ObjectExists:
            return False
        return True

    def _holds(self, key: str, digest: bytes) -> bool:
        """Whether the object under a key is whole and has this SHA-256."""
        try:
            with self._spool(key) as body:
                return _measure(body)[1] == digest
        except DamagedObjectError:
            return False  # an upload that was broken off

    @contextlib.contextmanager
    def _spool(self, key: str) -> Iterator[IO[bytes]]:
        with tempfile.SpooledTemporaryFile(_IN_MEMORY) as body:
            with translated(self.uri(key)):
                stored = self._client.get_object(Bucket=self.bucket, Key=self.prefix + key)
                for chunk in stored["Body"].iter_chunks(_CHUNK):
                    body.write(chunk)
            body.seek(0)
            yield body


class _ObjectExists(Exception):  # noqa: N818  an answer, not a mistake
    """The key of a conditional put is taken."""


@contextlib.contextmanager
def translated(where: str) -> Iterator[None]:
    """Turn boto's errors into the pipeline's own, sorted by what the caller does about them."""
    try:
        yield
    except ClientError as error:
        raise _sorted(where, error) from error
    except FlexibleChecksumError as error:
        raise DamagedObjectError(
            where,
            found="bytes that do not match the object's own checksum",
            expected="the bytes that were put there",
            remedy="clear the table's whole task group to land it again",
        ) from error
    except BotoCoreError as error:
        raise LakeUnavailable(
            where,
            found=f"{type(error).__name__}: {error}",
            expected="an answer from S3",
            remedy="if the last try fails too, see that the connection totes_aws is right and S3 answers",
        ) from error


def _sorted(where: str, error: ClientError) -> Exception:
    code = error.response.get("Error", {}).get("Code", "")
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in {"PreconditionFailed", "412"}:
        return _ObjectExists()
    if code == "NoSuchKey":
        return DamagedObjectError(
            where, found="no object", expected="the one its manifest names", remedy="clear the table's whole task group"
        )
    if code in _PASSING or status >= 500:
        return LakeUnavailable(
            where,
            found=f"S3 answered {code}",
            expected="success",
            remedy="if the last try fails too, see what S3 lacks",
        )
    return SettingError(
        where,
        found=f"S3 answered {code}",
        expected="access to the bucket",
        remedy="check the bucket's name in the settings and the rights of the connection totes_aws",
    )


def _measure(body: IO[bytes]) -> tuple[int, bytes]:
    """Size in bytes and SHA-256 of a file; leaves it at its start."""
    body.seek(0)
    digest = hashlib.sha256()
    size = 0
    while chunk := body.read(_CHUNK):
        digest.update(chunk)
        size += len(chunk)
    body.seek(0)
    return size, digest.digest()
