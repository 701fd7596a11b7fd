"""Who may look: nobody who is unknown, nobody without the right; and how one gets in."""

import httpx
import pytest
from playwright.sync_api import BrowserContext, expect

from include.analytics.pages import PAGES
from local.program import HOST
from local.stack import Stack
from tests.browser.accessibility import faults
from tests.browser.places import Place, settle
from tests.browser.recorder import Recorder

GUARDED = ["", *(page.name for page in PAGES), "api/v1/state", "api/v1/sales", "api/v1/openapi.json"]


def ask(place: Place, path: str, **headers: str) -> httpx.Response:
    return httpx.get(f"{place.url}{path}", headers=headers, trust_env=False)


@pytest.mark.parametrize("path", GUARDED)
def test_who_is_unknown_is_refused(place: Place, path: str) -> None:
    answer = ask(place, path)
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert ask(place, path, **place.headers).status_code in {200, 307}
    assert ask(place, path, Authorization="Bearer wrong").status_code in {401, 403}


@pytest.mark.parametrize("path", GUARDED)
def test_who_lacks_the_right_in_airflow_is_refused(places: dict[str, Place], guest_token: str, path: str) -> None:
    assert ask(places["airflow"], path, Authorization=f"Bearer {guest_token}").status_code == 403


def test_a_browser_without_the_right_is_told_so(
    context: BrowserContext, places: dict[str, Place], guest_token: str, recorder: Recorder
) -> None:
    recorder.expected = {403}
    context.add_cookies([{"name": "_token", "value": guest_token, "domain": HOST, "path": "/"}])
    page = context.new_page()
    page.goto(f"{places['airflow'].url}sales")
    assert page.locator("h1").inner_text() == "You may not look at this"
    assert "may not look at plugins" in page.locator("main").inner_text()


def test_an_unknown_browser_logs_in_to_airflow_and_is_where_it_wanted_to_be(
    context: BrowserContext, places: dict[str, Place], stack: Stack, recorder: Recorder
) -> None:
    recorder.expected = {401}
    page = context.new_page()
    page.goto(f"{places['airflow'].url}sales?period=year")
    assert page.locator("h1").inner_text() == "You are not logged in"
    assert faults(page) == []
    page.get_by_role("link", name="Log in").click()
    page.locator("input[name=username]").fill("admin")
    page.locator("input[name=password]").fill(stack.secrets.airflow_admin)
    page.locator("button[type=submit]").click()
    page.wait_for_url(f"{places['airflow'].url}sales?period=year")
    settle(page)


def test_the_printed_address_lets_a_browser_in_and_does_not_stay(
    context: BrowserContext, places: dict[str, Place], stack: Stack, recorder: Recorder
) -> None:
    recorder.expected = {401}
    url = places["standalone"].url
    page = context.new_page()
    page.goto(f"{url}sales?token=wrong&period=year")
    assert page.locator("h1").inner_text() == "You are not logged in"
    assert "ends in “?token=…”" in page.locator("main").inner_text()
    page.goto(f"{url}sales?token={stack.secrets.dashboard_token}&period=year")
    assert page.url == f"{url}sales?period=year"
    settle(page)
    (cookie,) = context.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Lax")
    assert stack.secrets.dashboard_token not in cookie["value"]
    page.goto(url)
    expect(page).to_have_url(f"{url}{PAGES[0].name}")
