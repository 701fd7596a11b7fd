"""The parts of one landed table: compressed as the rows arrive, and stored while the next ones do."""

import logging
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO

import zstandard

from include.manifest import StoredFile

log = logging.getLogger(__name__)

PART = 8 * 1024 * 1024
"""So many bytes, compressed, make a part: it is kept in memory, stored in one request, and read by itself."""

_LEVEL = 1  # rows of numbers and days get no smaller by a higher one, only slower
_PROGRESS_EVERY_S = 10

Store = Callable[[int, IO[bytes], int], StoredFile]
"""Stores the part of a number, which has so many rows."""


class Parts:
    """Takes CSV in blocks that end where a row does; every part begins with the header.

    One part is stored in a thread while the next is filled, so that at most two are in memory.
    """

    def __init__(self, name: str, store: Store, *, split: bool = True) -> None:
        self._name = name
        self._store = store
        self._split = split
        self._stored: list[Future[StoredFile]] = []
        self._thread = ThreadPoolExecutor(1, "land")
        self._bytes = 0
        self._said_at = time.monotonic()

    def __enter__(self) -> "Parts":
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown()

    def write(self, block: bytes, rows: int) -> None:
        """Add a block of so many rows; the first one of all is the header, without any."""
        if not self._bytes:
            self._header = block
            self._begin()
        else:
            if self._split and self._body.tell() > PART:
                self._finish()
                self._begin()
            self._stream.write(block)
            self._rows += rows
        self._bytes += len(block)
        self._say()

    def stored(self) -> tuple[StoredFile, ...]:
        """End the last part, and wait until all are stored."""
        self._finish()
        return tuple(part.result() for part in self._stored)

    def _begin(self) -> None:
        self._body: IO[bytes] = tempfile.SpooledTemporaryFile(2 * PART)  # noqa: SIM115  closed once it is stored
        # One thread and no time in the frame: the same rows give the same bytes.
        self._stream = zstandard.ZstdCompressor(level=_LEVEL).stream_writer(self._body, closefd=False)
        self._stream.write(self._header)
        self._rows = 0

    def _finish(self) -> None:
        self._stream.close()  # type: ignore[no-untyped-call]  # zstandard types only a part of itself
        if self._stored:
            self._stored[-1].result()
        self._stored.append(self._thread.submit(self._put, len(self._stored), self._body, self._rows))

    def _put(self, number: int, body: IO[bytes], rows: int) -> StoredFile:
        with body:
            return self._store(number, body, rows)

    def _say(self) -> None:
        if time.monotonic() - self._said_at > _PROGRESS_EVERY_S:
            self._said_at = time.monotonic()
            log.info("reading %s: %.0f MB so far", self._name, self._bytes / 1e6)
