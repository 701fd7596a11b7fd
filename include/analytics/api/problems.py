"""Errors as `application/problem+json` (RFC 9457): what is wrong, what would be allowed, never a secret."""

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from include.analytics.errors import AskingError
from include.analytics.pages import refusal
from include.errors import SettingError, TotesError

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_RETRY_AFTER_S = "10"


class Problem(BaseModel):
    """What is wrong with a question, or why it cannot be answered now."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {
                    "type": "about:blank",
                    "title": "The question cannot be answered",
                    "status": 400,
                    "detail": "period: 'fortnight' is not allowed; Input should be 'day', 'week' or 'month'",
                    "instance": "/api/v1/sales",
                }
            ]
        },
    )

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str


def _documented(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}}}},  # besides JSON
    304: {"description": "Nothing was loaded since the answer that `If-None-Match` names."},
    400: _documented("A parameter is wrong; says what is allowed."),
    401: _documented("Nobody is logged in."),
    403: _documented("Whoever is logged in may not look."),
    503: _documented("The warehouse does not answer, or not in time."),
}
"""What every question may be answered besides."""

NOT_THERE: dict[int | str, dict[str, Any]] = {404: _documented("What the address names is not there.")}
"""What a question for something by name may be answered besides."""


def answer_with_problems(application: FastAPI) -> None:
    """Turn every error of an application into a problem."""
    application.add_exception_handler(AskingError, _asked_wrongly)
    application.add_exception_handler(RequestValidationError, _invalid)
    application.add_exception_handler(HTTPException, _http)
    application.add_exception_handler(TotesError, _unavailable)
    application.add_exception_handler(SettingError, _not_set_up)
    application.add_exception_handler(Exception, _unexpected)


def problem(
    request: Request, status: int, title: str, detail: str, headers: Mapping[str, str] | None = None, **members: Any
) -> JSONResponse:
    """The answer that describes a problem."""
    content = Problem(title=title, status=status, detail=detail, instance=request.url.path, **members)
    return JSONResponse(
        content.model_dump(mode="json"),
        status,
        headers={**(headers or {}), "Cache-Control": "no-store"},
        media_type=MEDIA_TYPE,
    )


async def _asked_wrongly(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, AskingError)  # noqa: S101  registered for it
    return problem(request, error.status, error.title, error.detail, **error.members)


async def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101  registered for it
    errors = [_error(one) for one in error.errors()]
    detail = "; ".join(f"{one['parameter']}: {one['message']}" for one in errors)
    return problem(request, 400, AskingError.title, detail, errors=errors)


def _error(one: Mapping[str, Any]) -> dict[str, str]:
    parameter = ".".join(str(part) for part in one["loc"][1:]) or str(one["loc"][0])
    if one["type"] == "extra_forbidden":
        return {"parameter": parameter, "message": "there is no such parameter; the OpenAPI document lists them"}
    return {"parameter": parameter, "message": f"{str(one.get('input'))[:100]!r} is not allowed; {one['msg']}"}


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101  registered for it
    if error.status_code in {401, 403} and _is_of_a_page(request):
        return refusal.page(request, error)
    return problem(request, error.status_code, str(error.detail), str(error.detail), headers=error.headers)


def _is_of_a_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and "/api/" not in request.url.path


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TotesError)  # noqa: S101  registered for it
    log.warning("%s: %s", request.url.path, error)
    # Where the warehouse is, is said to who reads the log only.
    detail = "The warehouse does not answer; what is shown elsewhere may be older. The server's log says more."
    return problem(request, 503, "No answer from the warehouse", detail, {"Retry-After": _RETRY_AFTER_S})


async def _not_set_up(request: Request, error: Exception) -> JSONResponse:
    log.warning("%s: %s", request.url.path, error)
    detail = "A setting or a connection is missing or wrong. The server's log says which, and what to do."
    return problem(request, 503, "The dashboards are not set up", detail)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.exception("%s failed", request.url.path, exc_info=error)
    return problem(request, 500, "Something is wrong here", "It is a fault of ours; the server's log says more.")
