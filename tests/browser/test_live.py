"""An open page follows the warehouse, and says when it cannot."""

from contextlib import ExitStack

from playwright.sync_api import BrowserContext, Page, expect

from local.stack import Stack
from tests.airflow_runs import AirflowRuns
from tests.browser.conftest import Standalone, alone
from tests.browser.places import Place, look_again, settle
from tests.browser.recorder import Recorder
from tests.ports import free_port

ORDER = """
INSERT INTO sales_order (created_at, last_updated, design_id, staff_id, counterparty_id, units_sold, unit_price,
  currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)
SELECT timestamp '2025-01-02 10:00', now()::timestamp, design_id, staff_id, counterparty_id, 1000, 2.50,
  currency_id, '2025-02-01', '2025-02-01', agreed_delivery_location_id
FROM sales_order JOIN currency USING (currency_id) WHERE currency_code = 'GBP' LIMIT 1
"""


def test_a_load_changes_an_open_page_without_a_reload(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "sales", currency="GBP", period="year")
    page.evaluate("() => { globalThis.isTheSamePage = true; }")
    panel = page.locator(".panel[data-state=ready]").first
    before = panel.locator("tbody").text_content()
    stack_runs.pipeline.shop(ORDER)
    stack_runs.pipeline.run()
    look_again(page)
    expect(panel.locator("tbody")).not_to_have_text(before or "")
    assert "2025" in (panel.locator("tbody").text_content() or "")
    assert page.evaluate("() => globalThis.isTheSamePage")


def test_a_page_whose_server_is_away_says_so_and_recovers(
    context: BrowserContext, stack: Stack, standalone_server: Standalone, recorder: Recorder
) -> None:
    port = free_port()
    place = alone(stack, port)
    place.enter(context)
    page = context.new_page()
    line = page.locator("#state")
    with ExitStack() as served:
        served.enter_context(standalone_server(port))
        place.open(page, "sales")
        expect(line).not_to_have_attribute("data-state", "asking")
    recorder.lost = True
    look_again(page)
    expect(line).to_have_attribute("data-state", "lost")
    expect(line).to_contain_text("What is shown may be old")
    assert page.locator(".panel[data-state=ready]").count()
    with standalone_server(port):
        look_again(page)
        expect(line).not_to_have_attribute("data-state", "lost")
        settle(page)
