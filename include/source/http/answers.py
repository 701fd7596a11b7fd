"""What a fetch brings back."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Validators:
    """What a server said of its file's version, to be shown to it at the next fetch of the same URL."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, kw_only=True)
class Fetched:
    """A file, received whole.

    ``url`` is what was asked and ``final_url`` what answered, both without their query, which can hold a secret.
    ``headers`` are a few of the answer's, by lower-case name; ``fetched_at`` is when it began (UTC).
    ``received_bytes`` are as sent, encoded as ``content_encoding`` says (``identity`` or ``gzip``);
    ``content_bytes`` and ``sha256`` (hexadecimal) are those of the decoded content, so that they do not
    depend on how it travelled.
    """

    url: str
    final_url: str
    status: int
    headers: dict[str, str]
    fetched_at: datetime
    received_bytes: int
    content_encoding: str
    content_bytes: int
    sha256: str
    validators: Validators


@dataclass(frozen=True, kw_only=True)
class NotModified:
    """The file is still the one whose validators were shown; ``validators`` are those for the next fetch."""

    url: str
    final_url: str
    fetched_at: datetime
    validators: Validators
