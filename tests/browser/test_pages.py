"""Every page, wherever it is served and however wide the window is."""

import pytest
from playwright.sync_api import Page

from include.analytics.pages import PAGES
from tests.browser.accessibility import faults
from tests.browser.places import Place, settle
from tests.browser.trade import ROWS

NAMES = [page.name for page in PAGES]
WIDTHS = (360, 768, 1440)
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PANELS = "() => [...document.querySelectorAll('.panel')].map((panel) => panel.dataset.state)"


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_its_panels_and_fits(page: Page, place: Place, name: str, width: int) -> None:
    (meant,) = (one for one in PAGES if one.name == name)
    page.set_viewport_size({"width": width, "height": 900})
    place.open(page, name)
    assert page.title().startswith(meant.title)
    assert page.locator("h1").all_inner_texts() == [meant.title]
    assert page.evaluate(PANELS)
    assert page.evaluate(OVERFLOW) == 0


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", ["standalone"], indirect=True)  # a page in Airflow's frame: see test_frame.py
def test_every_panel_with_rows_has_a_table_and_a_csv_of_them(page: Page, place: Place, name: str) -> None:
    place.open(page, name)
    ready = page.locator(".panel[data-state=ready]:visible")
    assert ready.count()
    for panel in ready.all():
        assert panel.evaluate(ROWS)
        with page.expect_download() as download:
            panel.get_by_role("link", name="CSV", exact=True).click()
        header, *lines = download.value.path().read_text().splitlines()
        assert "," in header
        assert lines


@pytest.mark.parametrize("width", [360, 1440])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", ["standalone"], indirect=True)  # the same HTML, scripts and styles as in Airflow
def test_a_page_is_accessible_in_light_and_dark(page: Page, place: Place, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    place.open(page, name)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_timeout(50)  # what the change of the scheme begins
        settle(page)
        assert faults(page) == [], scheme


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("place", ["standalone"], indirect=True)
def test_a_page_is_used_by_the_keyboard_alone(page: Page, place: Place, name: str) -> None:
    place.open(page, name)
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.locator(":focus").get_attribute("id") == "main"
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.count() == 1
    assert page.locator("main").locator(":focus").count() == 1
    assert focused.evaluate("(element) => getComputedStyle(element).outlineStyle") == "solid"


def test_an_unchanged_page_is_answered_with_304(page: Page, place: Place) -> None:
    place.open(page, "sales")
    statuses: list[int] = []
    wire = page.context.new_cdp_session(page)
    wire.on("Network.responseReceivedExtraInfo", lambda answer: statuses.append(answer["statusCode"]))
    wire.send("Network.enable")
    shown = page.locator("#main table").all_inner_texts()
    page.reload()
    settle(page)
    assert 304 in statuses
    assert page.locator("#main table").all_inner_texts() == shown
