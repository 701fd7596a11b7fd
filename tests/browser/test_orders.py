"""The page of orders says what the versions say, and goes back in time with the keyboard."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.airflow_runs import AirflowRuns
from tests.browser.places import Place, settle
from tests.browser.recorder import Recorder
from tests.browser.trade import rows, told

THEN_AND_NOW = """
SELECT to_char(sum(units_sold * unit_price) FILTER
         (WHERE valid_from <= %(at)s AND (valid_to > %(at)s OR valid_to IS NULL)), 'FM999,999,999,990.00'),
       to_char(sum(units_sold * unit_price) FILTER (WHERE is_current), 'FM999,999,999,990.00')
FROM fact_sales_order_history AS held JOIN dim_currency USING (currency_id)
WHERE currency_code = %(currency)s AND NOT held.is_deleted
"""
HELD = "NOT is_deleted AND valid_from <= %(at)s AND (valid_to > %(at)s OR valid_to IS NULL)"
COMES_IN = """payment_type_id IN
  (SELECT payment_type_id FROM dim_payment_type WHERE payment_type_name IN ('SALES_RECEIPT', 'PURCHASE_REFUND'))"""
BUSINESS = f"""
SELECT currency_code, sales.*, purchases.*, payments.* FROM dim_currency AS currency, LATERAL (
  SELECT count(*), sum(units_sold)::bigint, sum(units_sold * unit_price)
  FROM fact_sales_order_history AS held WHERE held.currency_id = currency.currency_id AND {HELD}
) AS sales, LATERAL (
  SELECT count(*), sum(item_quantity)::bigint, sum(item_quantity * item_unit_price)
  FROM fact_purchase_order_history AS held WHERE held.currency_id = currency.currency_id AND {HELD}
) AS purchases, LATERAL (
  SELECT count(*) FILTER (WHERE paid), count(*) FILTER (WHERE NOT paid),
    sum(payment_amount) FILTER (WHERE paid AND {COMES_IN}), sum(payment_amount) FILTER (WHERE NOT paid AND {COMES_IN}),
    sum(payment_amount) FILTER (WHERE paid AND NOT {COMES_IN}),
    sum(payment_amount) FILTER (WHERE NOT paid AND NOT {COMES_IN})
  FROM fact_payment_history AS held WHERE held.currency_id = currency.currency_id AND {HELD}
) AS payments ORDER BY currency_code
"""
NOW = "9999-01-01Z"
PURCHASES = """
SELECT purchase_order_id::text, version, counterparty_legal_name,
  currency_code || ' ' || to_char(item_quantity * item_unit_price, 'FM999,999,999,990.00')
FROM fact_purchase_order_history JOIN dim_currency USING (currency_id) JOIN dim_counterparty USING (counterparty_id)
WHERE is_current AND purchase_order_id = ANY(%s)
"""
JUST_BEFORE = """
SELECT to_char(valid_from AT TIME ZONE 'UTC' - interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS')
FROM fact_purchase_order_history WHERE is_current AND purchase_order_id = %s
"""
MEASURES = """(business, column) => [...business.querySelectorAll(".currencies section")].map((one) =>
  [one.dataset.currency, ...[...one.querySelectorAll("tbody tr")].map((row) => row.cells[column].textContent)])"""
LATEST = """
SELECT units_sold, round(units_sold * unit_price, 2)::text, currency_code, version
FROM fact_sales_order_history JOIN dim_currency USING (currency_id) WHERE is_current AND sales_order_id = %s
"""

# What a page asks and says is the same in Airflow and by itself.
pytestmark = pytest.mark.parametrize("place", ["standalone"], indirect=True)


@pytest.fixture
def revised(stack_runs: AirflowRuns) -> Any:
    """Sales order 11 after one more silent edit: units, value, currency and number of its latest version."""
    stack_runs.pipeline.shop("UPDATE sales_order SET units_sold = units_sold + 7 WHERE sales_order_id = 11")
    stack_runs.pipeline.run()
    (found,) = _query(stack_runs, LATEST, 11)
    return found


def test_a_version_says_what_changed(page: Page, place: Place, revised: Any) -> None:
    units, value, currency, version = revised
    place.open(page, "orders", kind="sales", id=11)
    latest = page.locator(f"#order [data-version='order 11 {version}']")
    expect(latest).to_have_attribute("data-event", "revised")
    expect(latest.locator(".diff tbody tr")).to_have_count(1)
    expect(latest.locator(".diff th[scope=row]")).to_have_text("units_sold")
    expect(latest.locator("del")).to_have_text(str(units - 7))
    expect(latest.locator("ins")).to_have_text(str(units))
    expect(latest).to_contain_text("a silent edit")
    shown = (page.locator("#order .standing").text_content() or "").replace(",", "")
    assert f"✓ stands {currency} {value}" in shown
    expect(page.locator("#value")).to_be_visible()


def test_an_order_is_chosen_in_the_list_and_back_goes_back(page: Page, place: Place, revised: Any) -> None:
    assert revised
    place.open(page, "orders")
    expect(page.locator("#orders tbody a").first).to_have_text("11")  # those with versions, the latest loaded first
    expect(page.locator("#order h2")).to_have_text("The versions of sales order 11")
    other = page.locator("#orders tbody a").nth(5)
    number = other.text_content()
    other.click()
    expect(page.locator("#order h2")).to_have_text(f"The versions of sales order {number}")
    assert f"id={number}" in page.url
    page.go_back()
    expect(page.locator("#order h2")).to_have_text("The versions of sales order 11")


def test_the_slider_shows_the_business_as_it_was(
    page: Page, place: Place, stack_runs: AirflowRuns, revised: Any
) -> None:
    currency = revised[2]
    place.open(page, "orders", kind="sales", id=11)
    revenue = page.locator(f"#business [data-currency={currency}] tr").nth(3).locator("td")
    expect(revenue).to_have_count(2)
    page.locator("#moment").focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    expect(revenue).to_have_count(4)
    settle(page)
    at = page.locator("input[name=as_of]").input_value()
    assert f"as_of={at.replace(':', '%3A')}" in page.url
    ((then, now),) = _query(stack_runs, THEN_AND_NOW, {"at": f"{at}Z", "currency": currency})
    assert then != now
    assert revenue.all_inner_texts()[:3] == ["Revenue", then, now]
    expect(page.locator(f"#order [data-version='order 11 {revised[3]}']")).to_have_attribute("data-known", "later")
    page.get_by_role("button", name="Now").click()
    expect(revenue).to_have_count(2)


def test_an_order_that_never_was_is_an_error_that_says_so(page: Page, place: Place, recorder: Recorder) -> None:
    recorder.expected.add(404)
    place.open(page, "orders")
    page.locator("input[name=id]").fill("2000000000")
    expect(page.locator("#order")).to_have_attribute("data-state", "error")
    expect(page.locator("#order .message")).to_contain_text("No sales order 2000000000 was ever seen")


def test_a_firm_that_nobody_has_leaves_nothing_to_choose(page: Page, place: Place) -> None:
    place.open(page, "orders", counterparty="no such firm")
    expect(page.locator("#orders")).to_have_attribute("data-state", "empty")
    expect(page.locator("#order")).to_have_attribute("data-state", "empty")


def test_purchase_orders_are_found_and_told_too(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    stack_runs.pipeline.shop("UPDATE purchase_order SET item_quantity = item_quantity + 3 WHERE purchase_order_id = 5")
    stack_runs.pipeline.run()
    place.open(page, "orders")
    page.get_by_label("Purchase orders").check()
    expect(page.locator("#order h2")).to_have_text("The versions of purchase order 5")
    settle(page)
    found = rows(page, "orders", "Order", "Versions", "Firm", "Value")
    assert len(found) > 10
    expected = told(_query(stack_runs, PURCHASES, [int(order[0]) for order in found]))
    assert sorted(found) == sorted(expected)
    (value,) = (order[3] for order in expected if order[0] == "5")
    expect(page.locator("#order .standing")).to_contain_text(f"✓ stands {value} ·")
    latest = page.locator("#order [data-version^='order 5 ']").and_(page.locator("[data-event=revised]")).last
    expect(latest.locator(".diff th[scope=row]")).to_have_text("item_quantity")


def test_all_measures_of_the_business_are_those_of_sql(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    stack_runs.pipeline.shop(
        "UPDATE purchase_order SET item_quantity = item_quantity + 3 WHERE purchase_order_id IN (6, 7, 8, 9)",
        "UPDATE sales_order SET units_sold = units_sold + 3 WHERE sales_order_id IN (6, 7, 8, 9)",
        "UPDATE payment SET payment_amount = payment_amount + 3, paid = NOT paid WHERE payment_id IN (6, 7, 8, 9)",
    )
    stack_runs.pipeline.run()
    ((moment,),) = _query(stack_runs, JUST_BEFORE, 6)
    now, then = (told(_query(stack_runs, BUSINESS, {"at": at})) for at in (NOW, f"{moment}Z"))
    assert len(now) == 3
    assert now != then
    place.open(page, "orders")
    assert _measures(page, 1) == now
    place.open(page, "orders", as_of=moment)
    assert _measures(page, 1) == then
    assert _measures(page, 2) == now


def test_an_open_page_asks_every_ten_seconds_and_follows(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    page.clock.install()
    place.open(page, "orders")
    expect(page.locator("#state")).not_to_have_attribute("data-state", "asking")
    before = _measures(page, 1)
    stack_runs.pipeline.shop("UPDATE sales_order SET units_sold = units_sold + 9 WHERE sales_order_id = 12")
    stack_runs.pipeline.run()
    page.clock.fast_forward(10_000)
    expect(page.locator("#order h2")).to_have_text("The versions of sales order 12")
    settle(page)
    assert _measures(page, 1) == told(_query(stack_runs, BUSINESS, {"at": NOW})) != before


def _measures(page: Page, column: int) -> list[tuple[str, ...]]:
    """The business's currencies, each with all its measures, of one of the table's columns."""
    found = page.locator("#business").evaluate(MEASURES, column)
    return [tuple(row) for row in found]


def _query(stack_runs: AirflowRuns, statement: str, values: Any) -> list[tuple[Any, ...]]:
    with stack_runs.pipeline.loading() as connection:
        return connection.execute(statement, values if isinstance(values, dict) else [values]).fetchall()
