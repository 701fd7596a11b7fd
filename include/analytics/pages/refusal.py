"""What a browser is shown whose user may not look."""

from dataclasses import dataclass

from fastapi import Request
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from include.analytics.pages.shell import refused

_TITLES = {401: "You are not logged in", 403: "You may not look at this"}


@dataclass(frozen=True)
class WayIn:
    """How one gets in: what to do, and the address of the login if there is one."""

    unknown: str = "Log in, and load this page again."
    forbidden: str = "Ask whoever administers it for the right."
    login: str = ""


def page(request: Request, error: HTTPException) -> HTMLResponse:
    """The page in place of the one that was asked for, with the error's status (401 or 403)."""
    way_in: WayIn = request.app.state.way_in(request)
    is_unknown = error.status_code == 401
    content = refused(
        _TITLES[error.status_code],
        way_in.unknown if is_unknown else way_in.forbidden,
        way_in.login if is_unknown else "",
    )
    return HTMLResponse(content, error.status_code, {**(error.headers or {}), "Cache-Control": "no-store"})
