"""How a question becomes an answer: one snapshot, an ETag by the ledger, JSON or CSV, remembered or streamed."""

import hashlib
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from threading import Semaphore
from typing import Annotated, Any, Generic, Literal, TypeVar

import sqlalchemy as sa
from anyio import CancelScope
from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.types import Receive, Scope, Send

from include.analytics.api.formats import as_csv, as_json
from include.analytics.api.memory import Memory
from include.analytics.build import build
from include.analytics.errors import Busy
from include.analytics.reading import Reader, Snapshot

Statement = sa.Select[Any] | sa.CompoundSelect[Any]
RowModel = TypeVar("RowModel", bound=BaseModel)
_CACHED = {"Cache-Control": "private, no-cache"}  # kept by the browser, and asked for again with its ETag
CSV_TYPE = "text/csv; charset=utf-8"
STREAMS = 3
"""How many answers are streamed at once, of the reader's six questions."""

_WAIT_S = 10


class Question(BaseModel):
    """What every question has: unknown parameters are refused, so that a misspelt filter never goes unseen."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["json", "csv"] = Field(
        "json",
        description="JSON, or CSV with a header line. In CSV a text that a spreadsheet would take for a formula has an"
        " apostrophe before it; JSON has every text as it is.",
    )

    @field_validator("*", mode="before")
    @classmethod
    def _holds_no_nul(cls, value: Any) -> Any:
        """No text of a database holds one."""
        if any("\0" in one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)):
            raise ValueError("expected no NUL character")
        return value


class Answer(BaseModel, Generic[RowModel]):
    """Rows, and which state of the warehouse they are from. Money and other decimals are strings: exact."""

    version: str = Field(description="Changes whenever a load changed what this answer depends on; also its ETag.")
    rows: list[RowModel]


class Asking:
    """One request, put to the reader. ``question`` is its parsed parameters."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._reader: Reader = request.app.state.reader()
        self._memory: Memory = request.app.state.memory

    def rows(
        self, question: Question, tables: Collection[str], statement: Statement, model: type[RowModel]
    ) -> Response:
        """The rows of a statement as ``Answer[model]``; remembered until one of the tables is loaded again."""

        def compose(snapshot: Snapshot, version: str) -> Answer[RowModel]:
            return Answer[model](version=version, rows=snapshot.rows(statement))  # type: ignore[valid-type]  # pydantic validates rows

        return self.composed(question, tables, compose)

    def composed(
        self,
        question: Question,
        tables: Collection[str],
        compose: Callable[[Snapshot, str], BaseModel],
        *,
        day: date | None = None,
    ) -> Response:
        """What ``compose`` makes of a snapshot and its version; remembered until one of the tables is loaded again.

        ``day`` is the one that the answer depends on besides, where it does.
        """
        with self._reader.snapshot() as snapshot:
            version = snapshot.version(tables) + (f" {day}" if day else "")
            tag = self._tag(version)
            if self._is_known(tag):
                return Response(status_code=304, headers={"ETag": tag, **_CACHED})
            body = self._memory.recall(tag, lambda: _body(question, compose(snapshot, version)))
        return self._answer(question, body, tag)

    def fresh(self, question: Question, compose: Callable[[Snapshot], BaseModel]) -> Response:
        """What ``compose`` makes of a snapshot now; for what changes without any load (ages, runs, alerts)."""
        with self._reader.snapshot() as snapshot:
            body = _body(question, compose(snapshot))
        tag = self._tag(hashlib.sha256(body).hexdigest()[:24])
        if self._is_known(tag):
            return Response(status_code=304, headers={"ETag": tag, **_CACHED})
        return self._answer(question, body, tag)

    def now(self, ask: Callable[[Snapshot], Any]) -> Any:
        """What ``ask`` finds in a snapshot of this instant."""
        with self._reader.snapshot() as snapshot:
            return ask(snapshot)

    def streamed(
        self,
        question: Question,
        tables: Collection[str],
        statement: Statement,
        following: Callable[[Snapshot], str | None] | None = None,
    ) -> Response:
        """The rows of a statement, however many, without holding them: JSON shaped as ``Answer``, or CSV.

        ``following`` finds the cursor of the page after this one; JSON has it as ``next``, and the header `Link` the
        address.
        """
        with ExitStack() as held:
            held.enter_context(_one_of(self._request.app.state.streams))
            snapshot = held.enter_context(self._reader.snapshot())
            version = snapshot.version(tables)
            tag = self._tag(version)
            if self._is_known(tag):
                return Response(status_code=304, headers={"ETag": tag, **_CACHED})
            members: dict[str, Any] = {"version": version}
            headers = self._headers(question, tag)
            if following is not None:
                members["next"] = cursor = following(snapshot)
                headers.update(self._link(cursor))
            names = [column.key or "" for column in statement.selected_columns]
            batches = snapshot.stream(statement)
            first = next(batches, [])  # a question that fails does so before anything was answered
            parts = (
                as_csv(names, first, batches) if question.format == "csv" else as_json(members, names, first, batches)
            )
            return _Streamed(parts, held.pop_all(), media_type=_media_type(question), headers=headers)

    def _link(self, cursor: str | None) -> dict[str, str]:
        """The header that leads to the next page, relative to this one."""
        if cursor is None:
            return {}
        return {"Link": f'<?{self._request.url.include_query_params(cursor=cursor).query}>; rel="next"'}

    def _tag(self, version: str) -> str:
        url = self._request.url
        asked = f"{build()} {url.path}?{url.query} {version}"
        return f'W/"{hashlib.sha256(asked.encode()).hexdigest()[:32]}"'

    def _is_known(self, tag: str) -> bool:
        known = self._request.headers.get("if-none-match", "")
        return known.strip() == "*" or tag in (one.strip() for one in known.split(","))

    def _answer(self, question: Question, body: bytes, tag: str) -> Response:
        return Response(body, media_type=_media_type(question), headers=self._headers(question, tag))

    def _headers(self, question: Question, tag: str) -> dict[str, str]:
        headers = {"ETag": tag, **_CACHED}
        if question.format == "csv":
            name = self._request.url.path.rstrip("/").rpartition("/")[2]
            headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return headers


Asked = Annotated[Asking, Depends(Asking)]
"""What an endpoint takes to answer with."""


def _media_type(question: Question) -> str:
    return CSV_TYPE if question.format == "csv" else "application/json"


def _body(question: Question, answer: BaseModel) -> bytes:
    if question.format == "json":
        return answer.model_dump_json(exclude_unset=True).encode()
    rows = [row.model_dump(exclude_unset=True) for row in getattr(answer, "rows", [])]
    names = list(rows[0]) if rows else _columns_of(type(answer))
    return b"".join(as_csv(names, [list(row.values()) for row in rows], iter(())))


def _columns_of(answer: type[BaseModel]) -> list[str]:
    """The columns that rows would have, for a header line without rows."""
    (row,) = answer.model_fields["rows"].annotation.__args__  # type: ignore[union-attr]  # list[a row's model]
    return list(row.model_fields)


class _Streamed(StreamingResponse):
    """A streamed answer that gives back what it is read from at its end, or when the asker goes away."""

    def __init__(self, parts: Iterator[bytes], held: ExitStack, *, media_type: str, headers: dict[str, str]) -> None:
        super().__init__(_ending(parts, held), media_type=media_type, headers=headers)
        self._held = held

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            with CancelScope(shield=True):
                await run_in_threadpool(self._held.close)


@contextmanager
def _one_of(streams: Semaphore) -> Iterator[None]:
    """A place among the streams: they last as long as their readers take, and must not take all connections."""
    if not streams.acquire(timeout=_WAIT_S):
        raise Busy()
    try:
        yield
    finally:
        streams.release()


def _ending(parts: Iterator[bytes], held: ExitStack) -> Iterator[bytes]:
    """The parts; an error among them is one of what is held, which says what it means."""
    with held:
        yield from parts
