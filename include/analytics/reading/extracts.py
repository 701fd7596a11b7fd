"""The warehouse as it was extracted to S3, for a web server that may not reach it."""

import hashlib
import json
import logging
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock, Semaphore, Timer
from typing import Any

import duckdb
import sqlalchemy as sa

from include import object_keys
from include.analytics.errors import Busy, TooLarge, TooLong
from include.analytics.extracts.manifest import Manifest
from include.analytics.extracts.site import Site
from include.analytics.extracts.tables import is_document
from include.analytics.reading.database import Database
from include.analytics.reading.dialect import compiled
from include.analytics.reading.postgres import STATEMENT_TIMEOUT_S
from include.analytics.reading.reader import Batch, Row, Snapshot
from include.errors import LakeUnavailable, TotesError

log = logging.getLogger(__name__)

_QUESTIONS = 6  # at once
_WAIT_S = 10
_BATCH = 2_000

Statement = sa.Select[Any] | sa.CompoundSelect[Any]


class ExtractsReader:
    """Answers from the newest extracts that it has seen, of which it keeps a copy in a folder of its own.

    It asks for newer ones at most every ``every_s`` seconds, when somebody asks it something; whoever asks
    meanwhile, or while S3 is away, is answered from what is there.
    """

    def __init__(self, site: Site, *, memory_mb: int = 512, threads: int = 2, every_s: float = 10.0) -> None:
        self._site = site
        self._every_s = every_s
        self._folder = tempfile.TemporaryDirectory(prefix="totes-extracts-")
        self._database = Database(Path(self._folder.name), memory_mb=memory_mb, threads=threads)
        self._renewing = Lock()
        self._questions = Semaphore(_QUESTIONS)
        self._looked_at = float("-inf")
        self._known: dict[str, str] = {}
        self._trouble: TotesError | None = None
        self._fresh: Mapping[str, tuple[str, datetime]] = {}

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One state of the extracts, whatever is published meanwhile."""
        self._renew()
        if not self._questions.acquire(timeout=_WAIT_S):
            raise Busy()
        try:
            with self._database.transaction() as cursor:
                yield _State(cursor)
        except duckdb.InterruptException as error:
            raise TooLong(STATEMENT_TIMEOUT_S) from error
        except duckdb.OutOfMemoryException as error:
            raise TooLarge() from error
        finally:
            self._questions.release()

    def close(self) -> None:
        """Remove the copy."""
        self._database.close()
        self._folder.cleanup()

    def _renew(self) -> None:
        """Take the newest state, if it is time to look for one; only the first state is waited for."""
        if self._holds_a_state:
            if not self._renewing.acquire(blocking=False):
                return
        elif not self._renewing.acquire(timeout=_WAIT_S):
            raise Busy()
        try:
            if time.monotonic() - self._looked_at >= self._every_s:
                self._look_for_newer()
        finally:
            self._renewing.release()
        if self._trouble and not self._holds_a_state:
            raise self._trouble

    @property
    def _holds_a_state(self) -> bool:
        return object_keys.EXTRACTS_MANIFEST in self._known

    def _look_for_newer(self) -> None:
        self._trouble = None
        try:
            self._take_newest()
        except TotesError as error:
            self._trouble = error
        except duckdb.Error as error:  # of the copy: a full disk, memory
            found = f"{type(error).__name__} while they were copied"
            self._trouble = _unavailable(self._site, found, "room for a copy")
        if self._trouble:
            log.warning("the newest extracts could not be taken: %s", self._trouble)
        self._looked_at = time.monotonic()

    def _take_newest(self) -> None:
        content, tag = self._look(object_keys.EXTRACTS_MANIFEST)
        if content is not None:
            manifest = Manifest.from_json(content)
            if manifest is None:
                raise _unavailable(self._site, "extracts of another format", "web server and pipeline of one version")
            self._database.take(manifest, self._site.parts.open)
            self._known[object_keys.EXTRACTS_MANIFEST] = tag
        elif not tag:
            raise _unavailable(self._site, "no extracts", "what the task publish of totes_etl writes there")
        state, tag = self._look(object_keys.EXTRACTS_STATE)
        if state is not None:
            self._fresh = _fresh(state)
            self._known[object_keys.EXTRACTS_STATE] = tag
        if state is not None or content is not None:
            self._database.refresh(self._fresh)

    def _look(self, key: str) -> tuple[bytes | None, str]:
        """An object and its ETag, if it is another one than the known; else None and the known ETag."""
        known = self._known.get(key, "")
        return self._site.look(key, known) or (None, known)


def _fresh(state: bytes) -> dict[str, tuple[str, datetime]]:
    found = json.loads(state)["tables"]
    return {name: (one["load_id"], datetime.fromisoformat(one["fresh_at"])) for name, one in found.items()}


class _State:
    def __init__(self, cursor: duckdb.DuckDBPyConnection) -> None:
        self._cursor = cursor

    def version(self, tables: Collection[str]) -> str:
        """The loads that the tables stand at."""
        found = self._cursor.execute("SELECT table_name, load_id, loaded_at FROM extracted ORDER BY 1").fetchall()
        wanted = [row for row in found if row[0] in tables or row[0] == "schema"]
        return hashlib.sha256(repr(wanted).encode()).hexdigest()[:24]

    def rows(self, statement: Statement) -> list[Row]:
        """All rows, by column name."""
        names = [column.key or "" for column in statement.selected_columns]
        return [dict(zip(names, row, strict=True)) for batch in self.stream(statement) for row in batch]

    def stream(self, statement: Statement) -> Iterator[Batch]:
        """The rows in batches; DuckDB makes them as they are taken."""
        text, values = compiled(statement)
        with self._in_time():
            self._cursor.execute(text, values)
        documents = [is_document(column) for column in statement.selected_columns]
        while True:
            with self._in_time():
                batch = self._cursor.fetchmany(_BATCH)
            if not batch:
                return
            yield [_as_psycopg(row, documents) for row in batch]

    @contextmanager
    def _in_time(self) -> Iterator[None]:
        timer = Timer(STATEMENT_TIMEOUT_S, self._cursor.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()


def _as_psycopg(row: tuple[Any, ...], documents: list[bool]) -> tuple[Any, ...]:
    """A row's values as psycopg gives them: instants in UTC, JSON and lists as Python's."""
    return tuple(
        _value(value, is_json) if is_json or isinstance(value, datetime) else value
        for value, is_json in zip(row, documents, strict=True)
    )


def _value(value: Any, is_json: bool) -> Any:
    if is_json:
        return None if value is None else json.loads(value)
    return value.astimezone(UTC) if value.tzinfo else value


def _unavailable(site: Site, found: str, expected: str) -> LakeUnavailable:
    return LakeUnavailable(
        site.parts.uri(object_keys.EXTRACTS),
        found=found,
        expected=expected,
        remedy="see that totes.site_bucket is the same for the pipeline and for the web server, and that it publishes",
    )
