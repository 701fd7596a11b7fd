"""Who may look where no Airflow stands in front: whoever knows the token, or whom a proxy has let in."""

import hashlib
import hmac
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Depends, HTTPException, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import ASGIApp, Receive, Scope, Send

from include.analytics.pages.refusal import WayIn

_BEARER = HTTPBearer(auto_error=False, description="The token that the dashboards were started with.")
_KEPT_S = 30 * 24 * 3600
_PARAMETER = "token"


@dataclass(frozen=True)
class Door:
    """What opens it: ``token``, or, if ``proxy_header`` is set, a request of ``proxies`` that bears this header.

    ``cookie`` is the name under which a browser keeps what it got for the token.
    """

    token: str = field(repr=False)
    cookie: str
    proxy_header: str = ""
    proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})

    def guard(self, request: Request, bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> None:
        """Refuse (401) whoever has neither; a dependency of FastAPI."""
        if not self._admits(request, bearer.credentials if bearer else None):
            raise HTTPException(401, "The token is missing or wrong.", headers={"WWW-Authenticate": "Bearer"})

    def way_in(self, _request: Request) -> WayIn:
        """What a refused browser is told to do."""
        return WayIn(
            unknown="Open the address that was printed when the dashboards were started; it ends in “?token=…”."
            " Programs send the token as “Authorization: Bearer …”."
        )

    def exchange(self, request: Request) -> Response | None:
        """The cookie for the right token in the address, and the address without it; None for a wrong token."""
        if not _equal(request.query_params[_PARAMETER], self.token):
            return None
        answer = RedirectResponse(_without_token(request), 303, headers={"Cache-Control": "no-store"})
        is_encrypted = "https" in {request.url.scheme, request.headers.get("x-forwarded-proto")}
        # Not "strict": a link to a page, in a chat or a mail, would else lead to the refusal.
        answer.set_cookie(self.cookie, self.ticket, max_age=_KEPT_S, httponly=True, samesite="lax", secure=is_encrypted)
        return answer

    @property
    def ticket(self) -> str:
        """What the cookie holds: it follows from the token, and the token does not follow from it."""
        return hmac.new(self.token.encode(), b"totes dashboard cookie", hashlib.sha256).hexdigest()

    def _admits(self, request: Request, bearer: str | None) -> bool:
        if self._is_let_in_by_a_proxy(request):
            return True
        if _PARAMETER in request.query_params:
            return False  # a right one was exchanged before
        if bearer is not None:
            return _equal(bearer, self.token)
        return _equal(request.cookies.get(self.cookie, ""), self.ticket)

    def _is_let_in_by_a_proxy(self, request: Request) -> bool:
        peer = request.client.host if request.client else ""
        return bool(self.proxy_header and peer in self.proxies and request.headers.get(self.proxy_header, "").strip())


class TokenInAddress:
    """Takes a right token out of an address, so that neither history nor logs nor links keep it."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        serving = self._app
        if scope["type"] == "http":
            request = Request(scope)
            if _PARAMETER in request.query_params:
                serving = self._door.exchange(request) or self._app
        await serving(scope, receive, send)


def _without_token(request: Request) -> str:
    """The address relative to itself, so that it holds behind any proxy."""
    rest = [(name, value) for name, value in parse_qsl(request.url.query, True) if name != _PARAMETER]
    last = quote(request.url.path.rpartition("/")[2])
    return f"./{last}?{urlencode(rest)}" if rest else f"./{last}"


def _equal(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
