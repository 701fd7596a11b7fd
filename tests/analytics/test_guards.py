"""No page and no answer without a guard before it, whatever is added."""

import re

import pytest
from fastapi import Depends, HTTPException
from fastapi.testclient import TestClient
from starlette.routing import Mount

from include.analytics.app import application
from include.analytics.pages import asset_routes

ASSETS = {route.path for route in asset_routes()}


def refuse() -> None:
    raise HTTPException(401)


def routes() -> list[str]:
    """The path of every route but the static files', something filled in for its parameters."""
    served = application(lambda: pytest.fail("the warehouse was asked"), guards=[Depends(refuse)])
    listed = [route for route in served.routes if route.path not in ASSETS]
    assert not any(isinstance(route, Mount) for route in listed)
    return [re.sub(r"\{.*?\}", "1", route.path) for route in listed]


def test_there_are_pages_answers_and_their_description():
    assert {"/", "/sales", "/covid", "/api/v1/state", "/api/v1/tables/1", "/api/v1/openapi.json"} <= set(routes())


@pytest.mark.parametrize("path", routes())
def test_nothing_is_answered_without_the_guard(path):
    client = TestClient(application(lambda: None, guards=[Depends(refuse)]), follow_redirects=False)
    assert client.get(path).status_code == 401
