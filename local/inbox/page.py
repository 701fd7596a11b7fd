"""The page, its little JSON API, and what keeps a hostile mail or web page from doing harm."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Mapping
from functools import lru_cache
from pathlib import Path
from types import ModuleType

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from local.inbox import mails as mail_reading
from local.inbox import messages as message_reading
from local.inbox import runbook as runbook_page
from local.inbox.store import LIMIT, Folder
from local.program import HOST

STATIC = Path(__file__).parent / "static"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        " frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-cache",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
"""Of every answer, unless it brings its own."""

MAIL_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:;"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
"""Of a mail's HTML: no script, nothing fetched from anywhere, even where it is opened by its own address."""


class Page:
    """What each address answers. All are GET; ids are those of the two folders."""

    def __init__(self, mails: Folder, messages: Folder, runbook: Path) -> None:
        self._mails = mails
        self._messages = messages
        self._runbook = runbook

    def mails(self, _request: Request) -> Response:
        """The mails in short, newest first."""
        return JSONResponse(_listed(self._mails, mail_reading))

    def messages(self, _request: Request) -> Response:
        """The messages in short, newest first."""
        return JSONResponse(_listed(self._messages, message_reading))

    def timeline(self, request: Request) -> Response:
        """Mails and messages together, newest first; 304 if the asker has seen just that."""
        ids = [*self._mails.ids(), *self._messages.ids()]
        tag = f'"{hashlib.sha256(" ".join(ids).encode()).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        entries = [*_listed(self._mails, mail_reading), *_listed(self._messages, message_reading)]
        return JSONResponse(sorted(entries, key=lambda one: str(one["id"]), reverse=True), headers={"ETag": tag})

    def mail(self, request: Request) -> Response:
        """One mail whole."""
        return JSONResponse(mail_reading.whole(*_asked(self._mails, request)))

    def message(self, request: Request) -> Response:
        """One message whole."""
        return JSONResponse(message_reading.whole(*_asked(self._messages, request), str(request.url_for("runbook"))))

    def mail_html(self, request: Request) -> Response:
        """A mail's HTML part, to be framed."""
        _, content = _asked(self._mails, request)
        html = mail_reading.with_links_outside(mail_reading.part(content, "html"))
        return HTMLResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})

    def mail_file(self, request: Request) -> Response:
        """A mail as it was kept, to be saved."""
        mail_id, content = _asked(self._mails, request)
        return _saved(content, "message/rfc822", f"{mail_id}.eml")

    def message_file(self, request: Request) -> Response:
        """A message with SNS's envelope, to be saved."""
        message_id, content = _asked(self._messages, request)
        return _saved(content, "application/json", f"{message_id}.json")

    def runbook(self, _request: Request) -> Response:
        """The runbook, read anew each time."""
        return _document(self._runbook)

    def neighbour(self, request: Request) -> Response:
        """Another document of the runbook's folder, which the runbook links to."""
        return _document(self._runbook.with_name(f"{request.path_params['name']}.md"))

    def home(self, _request: Request) -> Response:
        """The page itself."""
        return FileResponse(STATIC / "index.html")


def page(mails: Folder, messages: Folder, runbook: Path) -> Starlette:
    """The web application that shows what is in the two folders."""
    shown = Page(mails, messages, runbook)
    routes = {
        "/": shown.home,
        "/runbook": shown.runbook,
        "/{name}.md": shown.neighbour,
        "/api/timeline": shown.timeline,
        "/api/mails": shown.mails,
        "/api/mails/{id}": shown.mail,
        "/api/messages": shown.messages,
        "/api/messages/{id}": shown.message,
        "/mails/{id}.html": shown.mail_html,
        "/mails/{id}.eml": shown.mail_file,
        "/messages/{id}.json": shown.message_file,
    }
    return Starlette(
        routes=[
            *(Route(path, endpoint, methods=["GET"], name=endpoint.__name__) for path, endpoint in routes.items()),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[
            Middleware(BaseHTTPMiddleware, dispatch=_with_headers),
            # a foreign page whose name was made to lead here (DNS rebinding) asks for another host
            Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"], www_redirect=False),
        ],
    )


async def _with_headers(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    answer = await go_on(request)
    for name, value in HEADERS.items():
        answer.headers.setdefault(name, value)
    return answer


def _asked(folder: Folder, request: Request) -> tuple[str, bytes]:
    """Id and content of what the address names; 404 if it is not there."""
    arrival_id = request.path_params["id"]
    content = folder.read(arrival_id)
    if content is None:
        raise HTTPException(404, "It is not here; the oldest are removed.")
    return arrival_id, content


def _document(file: Path) -> Response:
    if not file.is_file():
        raise HTTPException(404, f"There is no {file.name}.")
    return HTMLResponse(runbook_page.as_page(file.read_text()))


def _listed(folder: Folder, reading: ModuleType) -> list[Mapping[str, object]]:
    return [found for arrival_id in folder.ids() if (found := _entry(folder, reading, arrival_id))]


@lru_cache(maxsize=3 * LIMIT)
def _entry(folder: Folder, reading: ModuleType, arrival_id: str) -> Mapping[str, object] | None:
    """An arrival in short, as JSON; remembered, because a kept file never changes. None if it is gone."""
    content = folder.read(arrival_id)
    return None if content is None else reading.entry(arrival_id, content).as_json()


def _saved(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
