"""Who gets in where no Airflow stands in front, and how."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from include.analytics.reading.postgres import PostgresReader
from include.analytics.standalone.door import Door
from include.analytics.standalone.serving import standalone
from tests.conftest import WarehouseDb

TOKEN = "a-token-of-the-tests"  # noqa: S105
BASE = "http://127.0.0.1:8028"
GUARDED = ["/", "/sales", "/api/v1/state", "/api/v1/sales?format=csv", "/api/v1/openapi.json"]


@pytest.fixture
def reader(filled_db: WarehouseDb) -> Iterator[PostgresReader]:
    opened = PostgresReader(filled_db.analyst)
    yield opened
    opened.close()


@pytest.fixture
def asking(reader: PostgresReader):
    """A client of the application behind a door; arguments are the door's, and from where is asked."""

    def asking(client: tuple[str, int] = ("127.0.0.1", 5000), names: tuple[str, ...] = (), **door: Any) -> TestClient:
        served = standalone(lambda: reader, Door(TOKEN, "totes_dashboard_8028", **door), names)
        return TestClient(served, base_url=BASE, client=client, follow_redirects=False)

    return asking


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize("path", GUARDED)
def test_only_the_token_opens(asking, path: str) -> None:
    client = asking()
    assert client.get(path, headers=bearer(TOKEN)).status_code in {200, 307}
    for wrong in ({}, bearer("wrong"), bearer(TOKEN + "x"), bearer(""), bearer("ü"), {"Authorization": TOKEN}):
        headers = {name: value.encode() for name, value in wrong.items()}
        answer = client.get(path, headers=headers)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer"), wrong
        assert answer.json()["status"] == 401


def test_a_token_in_the_address_is_exchanged_for_a_cookie(asking) -> None:
    client = asking()
    answer = client.get(f"/sales?currency=GBP&token={TOKEN}&since=&currency=EUR")
    assert (answer.status_code, answer.headers["location"]) == (303, "./sales?currency=GBP&since=&currency=EUR")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie
    assert TOKEN not in cookie
    assert client.get("/api/v1/state").status_code == 200  # the client keeps cookies
    assert client.get("/sales", headers=bearer("wrong")).status_code == 401
    assert client.get("/sales?token=wrong").status_code == 401


@pytest.mark.parametrize(
    ("path", "location"), [("/", "./"), ("/api/v1/state", "./state"), ("//evil.example", "./evil.example")]
)
def test_the_address_without_the_token_is_of_the_same_server(asking, path: str, location: str) -> None:
    assert asking().get(f"{BASE}{path}?token={TOKEN}").headers["location"] == location


def test_behind_tls_the_cookie_is_for_tls_alone(asking) -> None:
    answer = asking().get(f"/?token={TOKEN}", headers={"X-Forwarded-Proto": "https"})
    assert "Secure" in answer.headers["set-cookie"]


def test_a_forged_cookie_does_not_open(asking) -> None:
    for forged in (TOKEN, "", "0" * 64):
        client = asking()
        client.cookies.set("totes_dashboard_8028", forged)
        assert client.get("/api/v1/state").status_code == 401


def test_a_proxy_is_believed_only_where_it_was_said_so_and_only_if_it_asks_itself(asking) -> None:
    def status(peer: str, headers: Mapping[str, str], **door: Any) -> int:
        return asking((peer, 5000), **door).get("/api/v1/state", headers=headers).status_code

    named = {"X-Forwarded-User": "ada"}
    assert status("127.0.0.1", named) == 401
    trusting = {"proxy_header": "X-Forwarded-User", "proxies": frozenset({"10.0.0.7"})}
    assert status("10.0.0.7", named, **trusting) == 200
    assert status("10.0.0.7", {"X-Forwarded-User": " "}, **trusting) == 401
    assert status("10.0.0.8", named, **trusting) == 401
    assert status("10.0.0.8", named | {"X-Forwarded-For": "10.0.0.7"}, **trusting) == 401


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8028", "10.0.0.1"])
def test_a_foreign_name_that_leads_here_is_refused(asking, host: str) -> None:
    for path in ("/", "/api/v1/state", f"/?token={TOKEN}"):
        assert asking().get(path, headers={"Host": host, **bearer(TOKEN)}).status_code == 400
    assert asking(names=("totes.example",)).get("/sales", headers={"Host": "totes.example", **bearer(TOKEN)}).is_success


def test_a_browser_is_told_how_to_get_in(asking) -> None:
    answer = asking().get("/sales", headers={"Accept": "text/html"})
    assert answer.status_code == 401
    assert "You are not logged in" in answer.text
    assert "?token=" in answer.text
    style = answer.text.split('rel="stylesheet" href="')[1].split('"')[0]
    assert asking().get(f"/{style}").is_success  # what a refused browser may have


def test_the_token_is_in_no_representation() -> None:
    assert TOKEN not in repr(Door(TOKEN, "cookie"))
