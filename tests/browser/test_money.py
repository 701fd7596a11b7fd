"""The page of money says what SQL says: what is owed, what was paid, what was spent."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.airflow_runs import AirflowRuns
from tests.browser.places import Place, look_again, settle
from tests.browser.trade import cards, choose, rows, shows, told

DAY = "2024-10-01"
PAID = """
(SELECT *, CASE WHEN payment_type_name IN ('SALES_RECEIPT', 'PURCHASE_REFUND') THEN 'in' ELSE 'out' END AS direction,
        CASE WHEN paid THEN 'paid' WHEN payment_date >= '2024-10-01' THEN 'due' ELSE 'overdue' END AS status
 FROM fact_payment_current JOIN dim_currency USING (currency_id) JOIN dim_payment_type USING (payment_type_id)
) AS paid
"""
IN = "coalesce(sum(payment_amount) FILTER (WHERE direction = 'in'), 0.00)"
OUT = "coalesce(sum(payment_amount) FILTER (WHERE direction = 'out'), 0.00)"
BOUGHT = """
fact_purchase_order_current AS bought JOIN dim_currency USING (currency_id)
JOIN dim_counterparty USING (counterparty_id) JOIN dim_staff USING (staff_id)
JOIN dim_location AS place ON place.location_id = agreed_delivery_location_id
"""
SPEND = "sum(item_quantity * item_unit_price)"
PRICE = f"to_char(round({SPEND} / sum(item_quantity), 4), 'FM999,999,990.0000')"
DATES = {"created": "created_date", "delivery": "agreed_delivery_date", "payment": "agreed_payment_date"}
UNFINISHED = " \N{EN DASH} unfinished"
PERIODS = {"month": "YYYY-MM", "quarter": 'YYYY "Q"Q', "year": "YYYY"}
RAISED = """
UPDATE payment SET payment_amount = payment_amount + 1000, last_updated = now()::timestamp
WHERE payment_id = (SELECT min(payment_id) FROM payment WHERE NOT paid)
"""
JUST_BEFORE = """
SELECT to_char(max(valid_from) AT TIME ZONE 'UTC' - interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS')
FROM fact_payment_history
"""
GROUPS = {
    "supplier": ("No.", "counterparty_id"),
    "supplier_country": ("Supplier's country", "counterparty_legal_country"),
    "delivery_country": ("Delivery country", "place.country"),
    "staff": ("No.", "staff_id"),
    "department": ("Department", "department_name"),
    "office": ("Office", "dim_staff.location"),
}

# What a page asks and says is the same in Airflow and by itself.
pytestmark = pytest.mark.parametrize("place", ["standalone"], indirect=True)


def test_the_cards_say_what_is_overdue(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "money", today=DAY)
    expected = stack_runs.pipeline.query(
        f"SELECT currency_code || '-' || direction, sum(payment_amount) FROM {PAID} WHERE status = 'overdue' GROUP BY 1"
    )
    assert len(expected) == 6
    expect(page.locator("#cards .card")).to_have_count(6)
    assert sorted(cards(page).items()) == sorted(told(expected))


def test_due_overdue_and_paid_are_what_sql_says(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "money", today=DAY)
    expected = stack_runs.pipeline.query(
        f"SELECT currency_code, status, count(*), {IN}, {OUT} FROM {PAID} GROUP BY 1, 2"
    )
    assert len(expected) == 9
    found = rows(page, "unpaid", "Currency", "Status", "Payments", "Cash in", "Cash out")
    assert sorted(found) == sorted(told(expected))


def test_the_ages_sum_up_to_what_is_overdue(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "money", today=DAY, currency="EUR")
    expected = stack_runs.pipeline.query(
        f"SELECT CASE WHEN days <= 30 THEN '1-30' WHEN days <= 60 THEN '31-60' WHEN days <= 90 THEN '61-90'"
        f" WHEN days <= 180 THEN '91-180' ELSE 'over 180' END, {IN}, {OUT}"
        f" FROM (SELECT *, date '{DAY}' - payment_date AS days FROM {PAID}) AS aged"
        " WHERE status = 'overdue' AND currency_code = 'EUR' GROUP BY 1"
    )
    assert len(expected) == 5
    assert sorted(rows(page, "ageing", "Days overdue", "Cash in", "Cash out")) == sorted(told(expected))


@pytest.mark.parametrize(("cash", "where"), [("paid", "status = 'paid'"), ("agreed", "true")])
def test_cash_in_and_out_and_the_net_so_far_are_what_sql_says(
    page: Page, place: Place, stack_runs: AirflowRuns, cash: str, where: str
) -> None:
    place.open(page, "money", today=DAY, period="quarter", cash=cash)
    expected = stack_runs.pipeline.query(
        f"SELECT currency_code, {IN}, {OUT}, sum({IN} - {OUT}) OVER"
        f" (PARTITION BY currency_code ORDER BY date_trunc('quarter', payment_date)) FROM {PAID} WHERE {where}"
        " GROUP BY currency_code, date_trunc('quarter', payment_date)"
        " ORDER BY currency_code, date_trunc('quarter', payment_date)"
    )
    assert len(expected) > 20
    told_of = [
        (*flow, minus(net))
        for flow, (net,) in zip(
            rows(page, "cash", "Currency", "Cash in", "Cash out"), rows(page, "net", "Net so far"), strict=True
        )
    ]
    assert told_of == told(expected)


def minus(text: str) -> str:
    """The page's minus sign as Python spells it."""
    return text.replace("\N{MINUS SIGN}", "-")


def test_the_spend_of_every_group_is_what_sql_says(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "money")
    choose(page, "currency", "USD")
    for by, (title, column) in GROUPS.items():
        page.select_option("[name=by]", by)
        shows(page, "by", by)
        expected = stack_runs.pipeline.query(
            f"SELECT {column}, count(*), {SPEND} FROM {BOUGHT} WHERE currency_code = 'USD' GROUP BY 1"
        )
        assert len(expected) > 2
        assert sorted(rows(page, "spend", title, "Orders", "Spend")) == sorted(told(expected)), by


def test_the_spend_on_items_is_what_sql_says(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "money", by="item", currency="GBP")
    expected = stack_runs.pipeline.query(
        f"SELECT item_code, {SPEND} FROM {BOUGHT} WHERE currency_code = 'GBP'"
        " GROUP BY 1 ORDER BY 2 DESC, item_code LIMIT 20"
    )
    assert rows(page, "spend", "Item", "Spend")[:20] == told(expected)


def test_a_firm_narrows_payments_and_purchases_alike(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "money", today=DAY, currency="GBP", period="year")
    choose(page, "counterparty_id", "3")
    bought = stack_runs.pipeline.query(
        f"SELECT {SPEND}, 'x' FROM {BOUGHT} WHERE currency_code = 'GBP' AND counterparty_id = 3"
    )
    owed = stack_runs.pipeline.query(
        f"SELECT status, {IN}, {OUT} FROM {PAID} WHERE currency_code = 'GBP' AND counterparty_id = 3 GROUP BY 1"
    )
    assert rows(page, "spend", "Spend") == [(told(bought)[0][0],)]
    assert sorted(rows(page, "unpaid", "Status", "Cash in", "Cash out")) == sorted(told(owed))


def test_the_firms_that_are_overdue_are_those_of_sql(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "money", today=DAY)
    expected = owing(stack_runs, "true")
    assert len(expected) > 30
    assert overdue(page) == sorted(told(expected))


def test_the_spend_over_time_is_what_sql_says(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "money")
    for period, date in [("year", "created"), ("quarter", "delivery"), ("month", "payment")]:
        page.select_option("[name=period]", period)
        page.select_option("[name=date]", date)
        shows(page, "period", period)
        shows(page, "date", date)
        assert spent(page) == told(bought(stack_runs, period, date, "true")), period


def test_days_and_a_country_narrow_every_panel(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    ((country,),) = stack_runs.pipeline.query(
        f"SELECT counterparty_legal_country FROM {BOUGHT} GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 1"
    )
    place.open(page, "money", today=DAY, period="quarter")
    page.select_option("[name=date]", "payment")
    page.fill("[name=since]", "2024-01-15")
    page.fill("[name=until]", "2024-10-20")
    choose(page, "counterparty_country", country)
    firms = "counterparty_id IN (SELECT counterparty_id FROM dim_counterparty WHERE counterparty_legal_country = %s)"
    days = "BETWEEN '2024-01-15' AND '2024-10-20'"
    where = f"payment_date {days} AND {firms}"
    expected = stack_runs.pipeline.query(
        f"SELECT currency_code, status, count(*), {IN}, {OUT} FROM {PAID} WHERE {where} GROUP BY 1, 2", country
    )
    assert len(expected) > 3
    assert stood(page) == sorted(told(expected))
    assert overdue(page) == sorted(told(owing(stack_runs, where, country)))
    assert spent(page) == told(
        bought(stack_runs, "quarter", "payment", f"agreed_payment_date {days} AND {firms}", country)
    )


def test_a_load_changes_an_open_page_and_before_it_all_was_as_it_was(
    page: Page, place: Place, stack_runs: AirflowRuns
) -> None:
    place.open(page, "money", today=DAY)
    table, before, owed = page.locator("#unpaid tbody"), stood(page), overdue(page)
    text = table.text_content() or ""
    stack_runs.pipeline.shop(RAISED)
    stack_runs.pipeline.run()
    look_again(page)
    expect(table).not_to_have_text(text)
    settle(page)
    expected = stack_runs.pipeline.query(
        f"SELECT currency_code, status, count(*), {IN}, {OUT} FROM {PAID} GROUP BY 1, 2"
    )
    assert stood(page) == sorted(told(expected)) != before
    ((moment,),) = stack_runs.pipeline.query(JUST_BEFORE)
    place.open(page, "money", today=DAY, as_of=moment)
    expect(page.locator("#said")).to_contain_text("as known at (UTC)")
    assert (stood(page), overdue(page)) == (before, owed)


def owing(stack_runs: AirflowRuns, where: str, *values: object) -> list[tuple[Any, ...]]:
    """Currency, firm, payments, cash in and out of what is overdue."""
    return stack_runs.pipeline.query(
        f"SELECT currency_code, counterparty_id, count(*), {IN}, {OUT} FROM {PAID}"
        f" WHERE status = 'overdue' AND {where} GROUP BY 1, 2",
        *values,
    )


def overdue(page: Page) -> list[tuple[str, ...]]:
    return sorted(rows(page, "overdue", "Currency", "No.", "Payments", "Cash in", "Cash out"))


def stood(page: Page) -> list[tuple[str, ...]]:
    """Currency, status, payments, cash in and out."""
    return sorted(rows(page, "unpaid", "Currency", "Status", "Payments", "Cash in", "Cash out"))


def bought(stack_runs: AirflowRuns, period: str, date: str, where: str, *values: object) -> list[tuple[Any, ...]]:
    """Currency, period, orders, quantity, spend and average price."""
    first = f"date_trunc('{period}', {DATES[date]})"
    return stack_runs.pipeline.query(
        f"SELECT currency_code, to_char({first}, '{PERIODS[period]}'), count(*), sum(item_quantity)::bigint, {SPEND},"
        f" {PRICE} FROM {BOUGHT} WHERE {where} GROUP BY 1, {first} ORDER BY 1, {first}",
        *values,
    )


def spent(page: Page) -> list[tuple[str, ...]]:
    """The same, as the page says it."""
    found = rows(page, "spend-over-time", "Currency", "Period", "Orders", "Quantity", "Spend", "Average price")
    return [(currency, period.partition(UNFINISHED)[0], *measures) for currency, period, *measures in found]
