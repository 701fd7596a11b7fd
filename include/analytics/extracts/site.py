"""The site's bucket: parts that are never altered, and a few objects that are replaced."""

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from include.errors import LakeUnavailable
from include.object_store import ObjectStore, translated

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class Site:
    """A bucket, reached with a boto3 S3 client. ``parts`` is the same bucket for what is never altered."""

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self.bucket = bucket
        self.parts = ObjectStore(client, bucket)

    def look(self, key: str, known: str = "") -> tuple[bytes, str] | None:
        """The object under a key and its ETag; None where there is none, or still the one with the ETag ``known``."""
        with translated(self.parts.uri(key)):
            try:
                # An ETag that no object has asks for whatever is there.
                found = self._client.get_object(Bucket=self.bucket, Key=key, IfNoneMatch=known or '"none"')
            except ClientError as error:
                if _code(error) in {"NoSuchKey", "304", "NotModified"}:
                    return None
                raise
            return found["Body"].read(), found["ETag"]

    def replace(self, key: str, body: bytes, *, content_type: str, cache_control: str = "no-cache") -> None:
        """Put an object, whatever is there."""
        with translated(self.parts.uri(key)):
            self._client.put_object(
                Bucket=self.bucket, Key=key, Body=body, ContentType=content_type, CacheControl=cache_control
            )

    def succeed(self, key: str, body: bytes, known: str) -> str:
        """Replace the object that has the ETag ``known``, or put the first one; returns the new ETag.

        Raises ``LakeUnavailable`` where somebody else replaced it meanwhile: to be tried again, from what is there.
        """
        condition = {"IfMatch": known} if known else {"IfNoneMatch": "*"}
        with translated(self.parts.uri(key)):
            try:
                return self._client.put_object(
                    Bucket=self.bucket,
                    Key=key,
                    Body=body,
                    ContentType="application/json",
                    CacheControl="no-cache",
                    **condition,  # type: ignore[arg-type]  # one of the two parameters
                )["ETag"]
            except ClientError as error:
                if _code(error) in {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}:
                    raise _overtaken(self.parts.uri(key)) from error
                raise


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _overtaken(where: str) -> LakeUnavailable:
    return LakeUnavailable(
        where,
        found="another publishing that was quicker",
        expected="the manifest that this one began with",
        remedy="nothing of the other is lost; the next try begins with what it left",
    )
