"""From the bytes as received to the content: decoded piece by piece, under a cap."""

import gzip
import zlib
from collections.abc import Iterator
from typing import IO

from include.errors import ContractError, FileUnavailable
from include.source.http.limits import Limits

IDENTITY = "identity"
_DECODED = (IDENTITY, "gzip")
_CHUNK = 256 * 1024


def encoding_of(header: str, where: str) -> str:
    """The encoding that a ``Content-Encoding`` header names, ``identity`` where there is none.

    Raises ``ContractError`` for one that was not asked for.
    """
    named = header.strip().lower().removeprefix("x-") or IDENTITY
    if named not in _DECODED:
        raise ContractError(
            where,
            found=f"the content encoding {header!r}",
            expected=" or ".join(_DECODED),
            remedy="nothing of it was kept; see what lies between here and the server",
        )
    return named


def content(body: IO[bytes], encoding: str, limits: Limits, *, where: str) -> Iterator[bytes]:
    """The decoded content of a body as received, from its start, in pieces of at most 256 KiB.

    ``encoding`` is ``identity`` or ``gzip``, ``where`` names the file in messages. Raises ``ContractError`` as soon as
    there is more than the limits allow, and ``FileUnavailable`` when the body is not whole.
    """
    size = 0
    for chunk in _decoded(body, encoding_of(encoding, where), where):
        size += len(chunk)
        if size > limits.content_bytes:
            raise too_large(where, "content", limits.content_bytes)
        yield chunk


def too_large(where: str, what: str, limit: int) -> ContractError:
    """The refusal of a file that goes on after its limit."""
    return ContractError(
        where,
        found=f"more than {limit:,} bytes of {what}",
        expected="at most that many",
        remedy="nothing of it was kept; see what the URL serves now, or raise the limit",
    )


def _decoded(body: IO[bytes], encoding: str, where: str) -> Iterator[bytes]:
    body.seek(0)
    source = gzip.GzipFile(fileobj=body, mode="rb") if encoding == "gzip" else body
    try:
        while chunk := source.read(_CHUNK):
            yield chunk
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise FileUnavailable(
            where,
            found=f"a gzip body that is damaged or breaks off ({error})",
            expected="a whole one",
            remedy="nothing of it was kept; the file is fetched anew at the next try",
        ) from error
