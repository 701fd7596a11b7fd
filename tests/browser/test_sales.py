"""The page of sales says what SQL says, whatever is chosen; its address carries what it shows."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.airflow_runs import AirflowRuns
from tests.browser.places import Place, settle
from tests.browser.trade import cards, choose, rows, shows, told

SOLD = """
fact_sales_order_current AS sold JOIN dim_currency USING (currency_id) JOIN dim_design USING (design_id)
JOIN dim_counterparty USING (counterparty_id) JOIN dim_staff ON staff_id = sales_staff_id
JOIN dim_location AS place ON place.location_id = agreed_delivery_location_id
"""
GROUPS = {
    "design": ("Design (by name)", "design_name"),
    "design_id": ("No.", "design_id"),
    "counterparty": ("No.", "counterparty_id"),
    "counterparty_country": ("Customer's country", "counterparty_legal_country"),
    "delivery_country": ("Delivery country", "place.country"),
    "staff": ("No.", "staff_id"),
    "department": ("Department", "department_name"),
    "office": ("Office", "dim_staff.location"),
}
DATES = {"created": "created_date", "delivery": "agreed_delivery_date", "payment": "agreed_payment_date"}
PERIODS = {
    "day": "YYYY-MM-DD",
    "week": 'YYYY-MM-DD "(week)"',
    "month": "YYYY-MM",
    "quarter": 'YYYY "Q"Q',
    "year": "YYYY",
}
UNFINISHED = " \N{EN DASH} unfinished"
REVENUE = "sum(units_sold * unit_price)"
PRICE = f"to_char(round({REVENUE} / sum(units_sold), 4), 'FM999,999,990.0000')"
MEASURED = f"count(*), sum(units_sold)::bigint, {REVENUE}, {PRICE}"
FILTERS = {
    "design": ("Design", "design_name"),
    "counterparty_id": ("Customer", "counterparty_id"),
    "counterparty_country": ("Customer's country", "counterparty_legal_country"),
    "delivery_country": ("Delivery country", "place.country"),
    "staff_id": ("Staff", "staff_id"),
}
PRESETS = {
    "This month": ("2024-11-01", "2024-11-15"),
    "This year": ("2024-01-01", "2024-11-15"),
    "90 days": ("2024-08-18", "2024-11-15"),
    "365 days": ("2023-11-17", "2024-11-15"),
    "All": ("", ""),
}

# What a page asks and says is the same in Airflow and by itself.
pytestmark = pytest.mark.parametrize("place", ["standalone"], indirect=True)


def test_the_cards_are_the_sums_of_each_currency(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "sales")
    expected = stack_runs.pipeline.query(f"SELECT currency_code, {REVENUE} FROM {SOLD} GROUP BY 1")
    assert len(expected) == 3
    expect(page.locator("#cards .card")).to_have_count(3)
    assert sorted(cards(page).items()) == sorted(told(expected))


def test_every_group_is_what_sql_says(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "sales", currency=["GBP", "USD"])
    expect(page.locator("#groups")).to_be_hidden()
    for by, (title, column) in GROUPS.items():
        page.select_option("[name=by]", by)
        shows(page, "by", by)
        expected = stack_runs.pipeline.query(
            f"SELECT currency_code, {column}, count(*), {REVENUE} FROM {SOLD}"
            " WHERE currency_code IN ('GBP', 'USD') GROUP BY 1, 2"
        )
        assert len(expected) > 4
        assert sorted(rows(page, "groups", "Currency", title, "Orders", "Revenue")) == sorted(told(expected)), by


def test_every_period_and_date_is_what_sql_says(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "sales")
    for period, date in [("year", "created"), ("quarter", "delivery"), ("month", "payment"), ("week", "created")]:
        page.select_option("[name=period]", period)
        page.select_option("[name=date]", date)
        shows(page, "period", period)
        shows(page, "date", date)
        first = f"date_trunc('{period}', {DATES[date]})"
        expected = stack_runs.pipeline.query(
            f"SELECT currency_code, to_char({first}, '{PERIODS[period]}'), {REVENUE}"
            f" FROM {SOLD} GROUP BY 1, {first} ORDER BY 1, {first}"
        )
        found = rows(page, "over-time", "Currency", "Period", "Revenue")
        assert [(one, name.partition(UNFINISHED)[0], total) for one, name, total in found] == told(expected)


def test_filters_combine_are_said_and_taken_off(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "sales", since="2024-01-01")
    choose(page, "currency", "EUR")
    choose(page, "department", "Sales")
    choose(page, "office", "Manchester")
    where = (
        "created_date >= '2024-01-01' AND currency_code = 'EUR' AND department_name = 'Sales'"
        " AND dim_staff.location = 'Manchester'"
    )
    expected = stack_runs.pipeline.query(f"SELECT {REVENUE}, 'x' FROM {SOLD} WHERE {where}")
    said = page.locator("#said button")
    expect(said).to_have_text(
        ["Currency: EUR, Euro ✕", "Department: Sales ✕", "Office: Manchester ✕", "from 2024-01-01 ✕"]
    )
    expect(page.locator("#cards .value")).to_have_text([told(expected)[0][0]])
    page.reload()
    expect(page.locator("#cards .value")).to_have_text([told(expected)[0][0]])
    settle(page)
    page.get_by_role("button", name="Take off the filter Department: Sales").click()
    expect(page).not_to_have_url(re.compile("[?&]department="))
    settle(page)
    where = where.replace("department_name = 'Sales'", "true")
    without = stack_runs.pipeline.query(f"SELECT {REVENUE}, 'x' FROM {SOLD} WHERE {where}")
    expect(page.locator("#cards .value")).to_have_text([told(without)[0][0]])
    page.locator("button[type=reset]").click()
    expect(said).to_have_count(0)


def test_the_top_ten_customers_are_those_of_sql(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "sales", currency="GBP")
    expected = stack_runs.pipeline.query(
        f"SELECT counterparty_id, {REVENUE} FROM {SOLD} WHERE currency_code = 'GBP'"
        " GROUP BY 1 ORDER BY 2 DESC, min(counterparty_legal_name) LIMIT 10"
    )
    assert rows(page, "customers", "No.", "Revenue") == told(expected)


def test_the_revenue_per_employee_is_that_of_sql(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "sales")
    for per in ("office", "department"):
        page.check(f"[name=per][value={per}]")
        shows(page, "per", per)
        title, column = GROUPS[per]
        expected = stack_runs.pipeline.query(
            f"SELECT currency_code, {column}, count(DISTINCT staff_id), round({REVENUE} / count(DISTINCT staff_id), 2)"
            f" FROM {SOLD} GROUP BY 1, 2"
        )
        found = rows(page, "employees", "Currency", title, "People", "Revenue per employee")
        assert sorted(found) == sorted(told(expected))


def test_a_table_sorts_by_its_heads_and_goes_on_so(page: Page, place: Place) -> None:
    place.open(page, "sales", by="staff", currency="GBP")
    page.locator("#groups details.rows > summary").click()
    head = page.locator("#groups th", has_text="Orders")
    for order, descending in (("descending", True), ("ascending", False)):
        head.locator("button").click()
        expect(head).to_have_attribute("aria-sort", order)
        found = [int(count.replace(",", "")) for (count,) in rows(page, "groups", "Orders")]
        assert found == sorted(found, reverse=descending)
        assert len(set(found)) > 5
    page.select_option("[name=period]", "year")
    shows(page, "period", "year")
    expect(page.locator("#groups th", has_text="Orders")).to_have_attribute("aria-sort", "ascending")


def test_the_csv_under_a_chart_has_the_rows_of_its_table(page: Page, place: Place) -> None:
    place.open(page, "sales", by="department", period="year", currency="USD")
    address = page.locator("#groups .csv").evaluate("(link) => link.href")
    lines = page.request.get(address).text().split()
    assert len(lines) == 1 + len(rows(page, "groups", "Department"))
    assert lines[0].startswith("currency,department,orders")


def test_what_matches_nothing_says_so(page: Page, place: Place) -> None:
    place.open(page, "sales", until="2001-01-01")
    expect(page.locator("#over-time")).to_have_attribute("data-state", "empty")
    expect(page.locator("#over-time .message")).to_have_text("Nothing matches. Widen the filters.")


def test_an_unfinished_period_is_said_to_be_one(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    ((last,),) = stack_runs.pipeline.query(f"SELECT max(created_date) FROM {SOLD}")
    page.clock.set_fixed_time(f"{last}T12:00:00Z")
    place.open(page, "sales", period="year", currency="GBP")
    expect(page.locator("#over-time .message")).to_have_text(f"{last.year} is not over yet (hatched).")
    periods = [period for (period,) in rows(page, "over-time", "Period")]
    assert [period for period in periods if UNFINISHED in period] == [f"{last.year}{UNFINISHED}"]
    assert len(periods) > 1


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_leaves_what_sql_says(page: Page, place: Place, stack_runs: AirflowRuns, name: str) -> None:
    title, column = FILTERS[name]
    ((value,),) = stack_runs.pipeline.query(
        f"SELECT {column}::text FROM {SOLD} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    place.open(page, "sales", period="year")
    before = over_time(page)
    choose(page, name, value)
    expect(page.locator("#said button")).to_have_text(re.compile(rf"^{title}: .+ ✕$"))
    assert over_time(page) == told(sold(stack_runs, "year", f"{column}::text = %s", value))
    assert over_time(page) != before
    whole = stack_runs.pipeline.query(
        f"SELECT currency_code, {REVENUE} FROM {SOLD} WHERE {column}::text = %s GROUP BY 1", value
    )
    assert sorted(cards(page).items()) == sorted(told(whole))


def test_the_days_of_a_range_are_what_sql_says(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "sales", period="month")
    page.fill("[name=since]", "2024-09-10")
    page.fill("[name=until]", "2024-10-20")
    page.select_option("[name=period]", "day")
    shows(page, "period", "day")
    expected = sold(stack_runs, "day", "created_date BETWEEN '2024-09-10' AND '2024-10-20'")
    assert len(expected) > 60
    assert over_time(page) == told(expected)


def test_a_preset_asks_for_its_days(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    page.clock.set_fixed_time("2024-11-15T12:00:00Z")
    place.open(page, "sales", period="year")
    for preset, (since, until) in PRESETS.items():
        before = page.url
        page.get_by_role("button", name=preset, exact=True).click()
        expect(page).not_to_have_url(before)
        settle(page)
        assert (page.input_value("[name=since]"), page.input_value("[name=until]")) == (since, until)
        where = f"created_date BETWEEN '{since}' AND '{until}'" if since else "true"
        assert over_time(page) == told(sold(stack_runs, "year", where)), preset


def test_a_measure_is_what_is_drawn_and_compared(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "sales", period="year")
    chart = page.locator("#over-time .chart")
    expected = sold(stack_runs, "year", "true")
    for place_of_measure, measure in [(3, "units"), (2, "orders"), (4, "revenue")]:
        page.select_option("[name=measure]", measure)
        shows(page, "measure", measure)
        drawn = chart.evaluate("(chart) => chart.data.flatMap((trace) => [...trace.y])")
        assert drawn == [float(row[place_of_measure]) for row in expected]
        expect(chart).to_have_attribute("aria-label", re.compile(f"^{measure.title()} by year"))
        expect(page.locator("#over-time thead th").last).to_have_text(f"{measure.title()}, change")


def test_the_prices_of_designs_are_those_of_sql(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "sales", currency="EUR", period="year")
    expected = stack_runs.pipeline.query(
        f"SELECT design_name, {MEASURED} FROM {SOLD} WHERE currency_code = 'EUR' GROUP BY 1"
    )
    assert len(expected) > 10
    found = rows(page, "prices", "Design (by name)", "Orders", "Units", "Revenue", "Average price")
    assert sorted(found) == sorted(told(expected))


def sold(stack_runs: AirflowRuns, period: str, where: str, *values: object) -> list[tuple[Any, ...]]:
    """Currency, period, orders, units, revenue and average price of what was ordered in each period."""
    first = f"date_trunc('{period}', created_date)"
    return stack_runs.pipeline.query(
        f"SELECT currency_code, to_char({first}, '{PERIODS[period]}'), {MEASURED} FROM {SOLD} WHERE {where}"
        f" GROUP BY 1, {first} ORDER BY 1, {first}",
        *values,
    )


def over_time(page: Page) -> list[tuple[str, ...]]:
    """The same, as the page says it."""
    found = rows(page, "over-time", "Currency", "Period", "Orders", "Units", "Revenue", "Average price")
    return [(currency, period.partition(UNFINISHED)[0], *measures) for currency, period, *measures in found]
