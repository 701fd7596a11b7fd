"""The web application that publishes the two files as their real addresses do."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.covid import clock, faults, files
from local.errors import StackError
from local.program import HOST

NYT_PATH = "/nytimes/covid-19-data/master/us.csv"
JHU_PATH = "/datasets/covid-19/main/data/time-series-19-covid-combined.csv"

HOME = """Synthetic COVID-19 files, made by this project. No real person is counted in them.
Their time is {moment:%Y-%m-%d %H:%M} UTC; a day of theirs is five minutes.

{nyt}
{jhu}

To see them broken, write one of {faults}
into {folder}/fault; remove that file again for good ones.
"""


@dataclass(frozen=True, slots=True)
class Published:
    """One file as it is served; `changed_at` is UTC, to the second."""

    content: bytes
    changed_at: datetime
    fault: str | None


class Site:
    """What each address answers. `home` holds the clock and perhaps a fault; both are read at each request."""

    def __init__(self, home: Path, now: Callable[[], datetime]) -> None:
        self._home = home
        self._now = now

    def nyt(self, request: Request) -> Response:
        """The New York Times' file."""
        return _answer(request, self._published("nyt", files.nyt, files.nyt_changed_at))

    def jhu(self, request: Request) -> Response:
        """The Johns Hopkins file."""
        return _answer(request, self._published("jhu", files.jhu, files.jhu_changed_at))

    def home(self, request: Request) -> Response:
        """What this is, for whoever opens the bare address."""
        return PlainTextResponse(
            HOME.format(
                moment=clock.read(self._home).moment(self._now()),
                nyt=request.url_for("nyt"),
                jhu=request.url_for("jhu"),
                faults=", ".join(faults.FAULTS),
                folder=self._home,
            )
        )

    def _published(
        self, source: faults.Source, content: Callable[[datetime], bytes], changed_at: Callable[[datetime], datetime]
    ) -> Published:
        ticking = clock.read(self._home)
        moment = ticking.moment(self._now())
        fault = faults.asked_for(self._home, source)
        broken = faults.BROKEN.get(fault or "", bytes)
        changed = max(ticking.real(changed_at(moment)), self._touched_at())
        return Published(broken(content(moment)), changed.replace(microsecond=0), fault)

    def _touched_at(self) -> datetime:
        """When a fault was last written or removed (which the folder remembers)."""
        latest = self._home.stat().st_mtime
        with suppress(FileNotFoundError):
            latest = max(latest, (self._home / faults.FILE).stat().st_mtime)
        return datetime.fromtimestamp(latest, UTC)


def site(home: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Starlette:
    """The application whose clock and faults are in `home`."""
    made = Site(home, now)
    routes = {"/": made.home, NYT_PATH: made.nyt, JHU_PATH: made.jhu}
    return Starlette(
        routes=[Route(path, endpoint, methods=["GET"], name=endpoint.__name__) for path, endpoint in routes.items()],
        exception_handlers={StackError: _refused},
        middleware=[
            # a foreign page whose name was made to lead here (DNS rebinding) asks for another host
            Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"], www_redirect=False),
        ],
    )


def _refused(_request: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", status_code=500)


def _answer(request: Request, found: Published) -> Response:
    """The file, zipped for whoever takes that; 304 for whoever has it."""
    if found.fault == "503":
        return PlainTextResponse("Service Unavailable\n", status_code=503, headers={"Retry-After": "1"})
    zipped = _takes_gzip(request)
    headers = {
        "ETag": f'"{hashlib.sha256(found.content).hexdigest()[:32]}{"-gzip" if zipped else ""}"',
        "Last-Modified": format_datetime(found.changed_at, usegmt=True),
        "Cache-Control": "no-cache",
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    if _has_it(request, headers["ETag"], found.changed_at):
        return Response(status_code=304, headers=headers)
    media_type = "text/html" if found.fault == "html" else "text/plain"
    body = gzip.compress(found.content, mtime=0) if zipped else found.content
    kind = CutOff if found.fault == "truncated" else Response
    return kind(body, media_type=media_type, headers={**headers, **({"Content-Encoding": "gzip"} if zipped else {})})


def _takes_gzip(request: Request) -> bool:
    """Whether gzip is asked for by name (`gzip;q=0` is not)."""
    for one in request.headers.get("accept-encoding", "").split(","):
        coding, _, weight = one.replace(" ", "").lower().partition(";")
        if coding == "gzip":
            return weight.rstrip("0.") != "q="
    return False


def _has_it(request: Request, tag: str, changed_at: datetime) -> bool:
    """Whether the asker's copy is this one; a tag, where given, decides alone (RFC 9110, 13.2.2)."""
    if tags := request.headers.get("if-none-match"):
        return tags.strip() == "*" or tag in [one.strip().removeprefix("W/") for one in tags.split(",")]
    try:
        return changed_at <= parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (ValueError, TypeError):  # absent, no date, or one without a zone
        return False


class CutOff(Response):
    """A response that announces its whole length, sends half of it, and leaves the rest to the connection's end."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the half; uvicorn then closes the connection and says so in the log."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})
