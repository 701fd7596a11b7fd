"""A page that waits, cannot be answered, or shows what is late, says so; the rest of it lives on."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from include.analytics.api.problems import MEDIA_TYPE, Problem
from tests.airflow_runs import AirflowRuns
from tests.browser.places import SETTLED, Place, settle
from tests.browser.recorder import Recorder
from tests.browser.test_operations import TABLES
from tests.browser.trade import rows

LATE_BY = (
    "UPDATE etl_watermark SET fresh_at = fresh_at - %s * interval '1 h' WHERE table_name = 'fact_payment' RETURNING 1"
)
PRICES = re.compile(r"/api/v1/sales\?(.*&)?by=design(&|$)")  # the question of the panel of prices alone
AWAY = Problem(title="No answer", status=503, detail="The warehouse does not answer.", instance="/api/v1/sales")

# What a page asks and says is the same in Airflow and by itself.
pytestmark = pytest.mark.parametrize("place", ["standalone"], indirect=True)


def test_a_table_that_is_late_is_said_by_every_page(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    stack_runs.pipeline.query(LATE_BY, 3)
    try:
        place.open(page, "operations")
        expect(page.locator("#state")).to_have_attribute("data-state", "late")
        expect(page.locator("#state")).to_have_text(
            re.compile(r"^Stale: 3\.\d h behind \(fact_payment\), 30 min allowed\.$")
        )
        expect(page.locator("#card-freshness .value")).to_have_text(f"⚠ 1 of {len(TABLES)} late")
        expected = [(table, "⚠ late" if table == "fact_payment" else "✓ fresh") for table in TABLES]
        assert rows(page, "freshness", "Table", "Status") == expected
    finally:
        stack_runs.pipeline.query(LATE_BY, -3)


def test_a_panel_without_an_answer_says_why_and_the_others_live_on(
    page: Page, place: Place, recorder: Recorder
) -> None:
    recorder.expected.add(503)
    page.route(PRICES, lambda route: route.fulfill(status=503, content_type=MEDIA_TYPE, body=AWAY.model_dump_json()))
    page.goto(f"{place.url}sales?currency=GBP")
    page.wait_for_function(SETTLED)
    prices, others = page.locator("#prices"), page.locator(".panel:not(#prices):visible")
    expect(prices).to_have_attribute("data-state", "error")
    expect(prices.locator(".message")).to_have_text(AWAY.detail)
    assert others.evaluate_all("(panels) => panels.map((panel) => panel.dataset.state)") == ["ready"] * 3
    page.unroute(PRICES)
    page.select_option("[name=period]", "year")
    expect(prices).to_have_attribute("data-state", "ready")
    settle(page)
    assert rows(page, "prices", "Average price")


def test_a_panel_that_waits_is_loading_and_then_ready(page: Page, place: Place) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(PRICES, hold)
    page.goto(f"{place.url}sales?currency=GBP")
    expect(page.locator("#customers")).to_have_attribute("data-state", "ready")
    prices = page.locator("#prices")
    expect(prices).to_have_attribute("data-state", "loading")
    expect(prices).to_have_attribute("aria-busy", "true")
    (route,) = held
    route.continue_()
    expect(prices).to_have_attribute("data-state", "ready")
    settle(page)
