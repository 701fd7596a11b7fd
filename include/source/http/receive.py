"""Take in one answer's body: refused by its headers, or streamed and measured."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO

from include.errors import ContractError, FileUnavailable
from include.source.http.attempts import AskAgain
from include.source.http.content import content, encoding_of, too_large
from include.source.http.limits import Limits

_HTML = {"text/html", "application/xhtml+xml"}


@dataclass(frozen=True, kw_only=True)
class Received:
    """The bytes as received and the content they decode to: sizes in bytes, and the content's SHA-256."""

    size: int
    encoding: str
    content_size: int
    sha256: str


def receive(
    stream: Iterable[bytes], headers: Mapping[str, str], limits: Limits, body: IO[bytes], *, where: str
) -> Received:
    """Write a stream into the empty ``body``, and leave it at its start.

    Raises ``ContractError`` for a web page, another encoding, or as soon as a limit is passed, and ``AskAgain`` for a
    body that is not whole.
    """
    _refuse_web_page(headers, where)
    encoding = encoding_of(headers.get("content-encoding", ""), where)
    if int(headers.get("content-length", 0)) > limits.received_bytes:
        raise too_large(where, "body", limits.received_bytes)
    size = _write(stream, body, limits, where)
    content_size, sha256 = _measured(body, encoding, limits, where)
    body.seek(0)
    return Received(size=size, encoding=encoding, content_size=content_size, sha256=sha256)


def _refuse_web_page(headers: Mapping[str, str], where: str) -> None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in _HTML:
        raise ContractError(
            where,
            found=f"a web page ({kind})",
            expected="a file",
            remedy="nothing of it was kept; see what the URL serves now",
        )


def _write(stream: Iterable[bytes], body: IO[bytes], limits: Limits, where: str) -> int:
    size = 0
    for chunk in stream:
        size += len(chunk)
        if size > limits.received_bytes:
            raise too_large(where, "body", limits.received_bytes)
        body.write(chunk)
    return size


def _measured(body: IO[bytes], encoding: str, limits: Limits, where: str) -> tuple[int, str]:
    """Size and SHA-256 of the content, which is decoded once for it, to the end."""
    digest = hashlib.sha256()
    size = 0
    try:
        for chunk in content(body, encoding, limits, where=where):
            digest.update(chunk)
            size += len(chunk)
    except FileUnavailable as damaged:
        raise AskAgain(damaged) from damaged.__cause__
    return size, digest.hexdigest()
