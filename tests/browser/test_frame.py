"""The pages in the frame that Airflow shows them in, whose sandbox forbids downloads and new tabs."""

import csv
import re

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from include.analytics.pages import PAGES
from local.stack import Stack
from tests.browser.places import Place


@pytest.fixture
def framed(context: BrowserContext, places: dict[str, Place], stack: Stack) -> tuple[Page, FrameLocator]:
    """Airflow's own page and the frame in it, reached by the navigation."""
    places["airflow"].enter(context)
    page = context.new_page()
    page.goto(stack.airflow.url)
    page.get_by_role("link", name="Totes", exact=True).click()
    return page, page.frame_locator("iframe[title=Totes]")


def show(frame: FrameLocator, title: str) -> None:
    """Choose a page in the frame's navigation and wait for its panels."""
    frame.get_by_role("navigation").get_by_role("link", name=title, exact=True).click()
    expect(frame.locator("h1")).to_have_text(title)
    expect(frame.locator(".panel:is([data-state=loading], [aria-busy]):visible")).to_have_count(0)
    expect(frame.locator(".panel[data-state=error]")).to_have_count(0)


def test_every_page_is_reached_from_airflows_navigation(framed: tuple[Page, FrameLocator], stack: Stack) -> None:
    page, frame = framed
    for one in PAGES:
        show(frame, one.title)
    assert page.url == f"{stack.airflow.url}/plugin/totes"


def test_a_csv_is_downloaded_from_the_frame(framed: tuple[Page, FrameLocator]) -> None:
    page, frame = framed
    show(frame, "Sales")
    panel = frame.locator(".panel[data-state=ready]").first
    with page.expect_download() as download:
        panel.get_by_role("link", name="CSV").click()
    assert download.value.suggested_filename == "sales.csv"
    with download.value.path().open(newline="") as file:
        assert len(list(csv.DictReader(file))) > 1


def test_the_frames_page_opens_in_a_tab_with_what_is_chosen(
    framed: tuple[Page, FrameLocator], context: BrowserContext, stack: Stack
) -> None:
    page, frame = framed
    show(frame, "Sales")
    frame.locator("select[name=period]").select_option("year")
    page.frames[-1].wait_for_url(re.compile(r"/totes/sales\?.*period=year"))
    with context.expect_page() as opened:
        frame.get_by_role("link", name="Open in a tab").click()
    tab = opened.value
    expect(tab.locator("select[name=period]")).to_have_value("year")
    assert tab.url.startswith(f"{stack.airflow.dashboards_url}sales?")
    expect(tab.get_by_role("link", name="Open in a tab")).to_have_count(0)
