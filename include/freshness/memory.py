"""The last alert told, in S3: outside of Airflow and of the warehouse, so that it is known when both are down."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from include import object_keys
from include.alerts.model import Alert
from include.errors import LakeUnavailable
from include.freshness.alerting import INCIDENT, Entry

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_TAKEN = {"PreconditionFailed", "ConditionalRequestConflict", "NoSuchKey", "412", "409"}


class Memory(Protocol):
    """Remembers the last alert told. Of two checks that claim at once, one gets the claim."""

    def last(self) -> Entry | None:
        """The last alert told or claimed."""

    def claim(self, alert: Alert, over: Entry | None, at: datetime) -> Entry | None:
        """Make ``alert`` the last one, if ``over`` still is; None if another check was first."""

    def mark_sent(self, entry: Entry, at: datetime) -> None:
        """Note that a claimed alert was published."""


@dataclass(frozen=True, kw_only=True)
class _Stored(Entry):
    etag: str


class S3Memory:
    """One object, replaced only by whoever read what it holds (`If-None-Match`, `If-Match`).

    Every method raises ``LakeUnavailable`` where S3 does not answer or refuses.
    """

    def __init__(self, client: "S3Client", bucket: str) -> None:
        self._client = client
        self._where: dict[str, Any] = {"Bucket": bucket, "Key": object_keys.told(INCIDENT)}

    def last(self) -> Entry | None:
        """The last alert told or claimed."""
        with self._translated():
            try:
                found = self._client.get_object(**self._where)
            except self._client.exceptions.NoSuchKey:
                return None
            return _entry(json.loads(found["Body"].read()), found["ETag"])

    def claim(self, alert: Alert, over: Entry | None, at: datetime) -> Entry | None:
        """Make ``alert`` the last one, if ``over`` still is; None if another check was first."""
        return self._replace(Entry(alert=alert, claimed_at=at, sent_at=None), over)

    def mark_sent(self, entry: Entry, at: datetime) -> None:
        """Note that a claimed alert was published."""
        self._replace(replace(entry, sent_at=at), entry)

    def _replace(self, entry: Entry, over: Entry | None) -> Entry | None:
        condition: dict[str, Any] = {"IfMatch": over.etag} if isinstance(over, _Stored) else {"IfNoneMatch": "*"}
        with self._translated():
            try:
                put = self._client.put_object(
                    **self._where, **condition, Body=_body(entry), ContentType="application/json"
                )
            except ClientError as error:
                if error.response["Error"]["Code"] in _TAKEN:
                    return None
                raise
        return _Stored(alert=entry.alert, claimed_at=entry.claimed_at, sent_at=entry.sent_at, etag=put["ETag"])

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (BotoCoreError, ClientError, KeyError, ValueError) as error:
            raise LakeUnavailable(
                "s3://{Bucket}/{Key}".format(**self._where),
                found=f"{type(error).__name__}: {error}",
                expected="an object that this program may read and write, as it wrote it",
                remedy="see that S3 answers and the AWS settings of this program give access; remove a damaged object",
            ) from error


def _body(entry: Entry) -> bytes:
    from include.alerts import record  # slow, and needed only when something is wrong

    told = {
        "claimed_at": entry.claimed_at.isoformat(),
        "sent_at": entry.sent_at.isoformat() if entry.sent_at else None,
        "alert": record.to_record(entry.alert),
    }
    return json.dumps(told).encode()


def _entry(told: dict[str, Any], etag: str) -> Entry:
    from include.alerts import record  # as above

    return _Stored(
        alert=record.from_record(told["alert"]),
        claimed_at=datetime.fromisoformat(told["claimed_at"]),
        sent_at=datetime.fromisoformat(told["sent_at"]) if told["sent_at"] else None,
        etag=etag,
    )
