"""What the API says of sales is what SQL says."""

import csv
import io
from collections import defaultdict
from decimal import Decimal
from typing import Any, get_args

import psycopg
import pytest

from include.analytics.api.sales import Dimension
from tests.analytics.trading import Told, Traded, exact

MONTHLY = """
SELECT currency_code, date_trunc('month', created_date)::date::text,
       count(*), sum(units_sold), sum(units_sold * unit_price)
FROM fact_sales_order_current JOIN dim_currency USING (currency_id) GROUP BY 1, 2 ORDER BY 1, 2
"""


def test_the_revenue_by_month_is_the_warehouses_to_the_cent(client, filled_db):
    rows = client.get("/api/v1/sales", params={"period": "month"}).json()["rows"]
    with psycopg.connect(filled_db.analyst) as connection:
        expected = connection.execute(MONTHLY).fetchall()
    assert len(expected) > 30
    assert [
        (row["currency"], row["period"], row["orders"], row["units"], Decimal(row["revenue"])) for row in rows
    ] == expected


def test_an_unchanged_warehouse_answers_304(client, filled_db):
    first = client.get("/api/v1/sales", params={"period": "month"})
    again = client.get("/api/v1/sales", params={"period": "month"}, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute("UPDATE etl_ledger SET loaded_at = now() WHERE table_name = 'dim_staff'")
    changed = client.get("/api/v1/sales", params={"period": "month"}, headers={"If-None-Match": first.headers["etag"]})
    assert changed.status_code == 200


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"period": "fortnight"}, "'day', 'week', 'month', 'quarter' or 'year'"),
        ({"dapartment": "Sales"}, "there is no such parameter"),
    ],
)
def test_what_is_not_allowed_is_said(client, params, said):
    answer = client.get("/api/v1/sales", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert said in answer.json()["detail"]


def test_a_page_and_its_files_are_served(client):
    page = client.get("/sales").text
    assert "page.js" in page
    script = page.split('type="module" src="')[1].split('"')[0]
    assert client.get(f"/{script}").status_code == 200
    assert client.get("/static/" + script.split("/")[1] + "/plotly.min.js").status_code == 200


SOLD = """
SELECT currency_code AS currency, design_name AS design, s.design_id, counterparty_legal_name AS counterparty,
       s.counterparty_id, legal.country AS counterparty_country, place.country AS delivery_country,
       concat_ws(' ', first_name, last_name) AS staff, s.staff_id, department_name AS department,
       coalesce(location, 'Unknown') AS office, s.created_at::date AS created,
       agreed_delivery_date::date AS delivery, agreed_payment_date::date AS payment, units_sold, unit_price
FROM sales_order AS s JOIN currency USING (currency_id) JOIN design USING (design_id)
JOIN counterparty USING (counterparty_id) JOIN address AS legal ON legal.address_id = legal_address_id
JOIN address AS place ON place.address_id = agreed_delivery_location_id
JOIN staff USING (staff_id) JOIN department USING (department_id)
"""
MEASURES = ["orders", "units", "revenue", "average_price"]
TOTALS = (
    "count(*) AS orders, sum(units_sold) AS units, sum(units_sold * unit_price) AS revenue,"
    " round(sum(units_sold * unit_price) / sum(units_sold), 4) AS average_price"
)
GROUPS = {
    "currency": [],
    "design": ["design"],
    "design_id": ["design", "design_id"],
    "counterparty": ["counterparty", "counterparty_id"],
    "counterparty_country": ["counterparty_country"],
    "delivery_country": ["delivery_country"],
    "staff": ["staff", "staff_id"],
    "department": ["department"],
    "office": ["office"],
}
FILTERS = {
    "currency": ["GBP", "EUR"],
    "design_id": [5, 6],
    "counterparty_id": [2, 4, 5],
    "staff_id": [1, 3, 9],
    "department": ["Sales"],
    "office": ["Leds", "Unknown"],
}


def told(traded: Traded, keys: list[str], where: str = "true", *, then: bool = False, **values: Any) -> Told:
    """The measures by key, of the shop's own rows."""
    statement = f"SELECT {', '.join(keys)}, {TOTALS} FROM ({SOLD}) AS sold WHERE {where} GROUP BY {', '.join(keys)}"
    return exact(traded.sql(statement, then=then, **values), keys, MEASURES)


def asked(traded: Traded, keys: list[str], **params: Any) -> Told:
    """The measures by key, of the API."""
    return exact(traded.rows("sales", **params), keys, MEASURES)


def test_every_group_of_the_api_is_one_that_is_tested():
    assert set(get_args(Dimension)) == set(GROUPS)


@pytest.mark.parametrize("by", GROUPS)
def test_a_group_sums_to_what_the_shop_sums_to(traded, by):
    keys = ["currency", *GROUPS[by]]
    expected = told(traded, keys)
    assert len(expected) >= 3
    assert asked(traded, keys, by=by) == expected


@pytest.mark.parametrize("by", ["department", "staff", "design"])
def test_a_group_sums_to_what_the_shop_summed_to_then(traded, by):
    keys = ["currency", *GROUPS[by]]
    expected = told(traded, keys, then=True)
    assert expected != told(traded, keys)
    assert asked(traded, keys, by=by, as_of=traded.moment.isoformat()) == expected


def test_before_the_first_load_nothing_was_known(traded):
    assert traded.rows("sales", as_of="2022-01-01T00:00:00Z") == []


@pytest.mark.parametrize("date", ["created", "delivery", "payment"])
@pytest.mark.parametrize("period", ["day", "week", "month", "quarter", "year"])
def test_a_period_sums_to_what_the_shop_sums_to(traded, period, date):
    rows = traded.sql(
        f"SELECT currency, date_trunc('{period}', {date})::date AS period, {TOTALS} FROM ({SOLD}) AS sold GROUP BY 1, 2"
    )
    assert asked(traded, ["currency", "period"], period=period, date=date) == exact(
        rows, ["currency", "period"], MEASURES
    )


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_leaves_what_it_names(traded, name):
    expected = told(traded, ["currency", "office"], f"{name} = ANY (%(values)s)", values=FILTERS[name])
    assert len(expected) >= 2
    assert asked(traded, ["currency", "office"], by="office", **{name: FILTERS[name]}) == expected


@pytest.mark.parametrize("name", ["design", "counterparty", "counterparty_country", "delivery_country", "staff"])
def test_a_filter_by_name_leaves_everything_of_that_name(traded, name):
    (value,) = (row["value"] for row in traded.sql(f"SELECT max({name}) AS value FROM ({SOLD}) AS sold"))
    expected = told(traded, ["currency"], f"{name} = %(value)s", value=value)
    assert len(expected) == 3
    assert asked(traded, ["currency"], **{name: value}) == expected


def test_filters_combine(traded):
    where = (
        "department = ANY ('{Sales,HR,Finance}') AND currency = 'GBP' AND counterparty_id <= 12"
        " AND delivery BETWEEN '2024-01-01' AND '2024-06-30'"
    )
    expected = told(traded, ["currency", "staff_id"], where)
    assert len(expected) > 2
    found = asked(
        traded,
        ["currency", "staff_id"],
        by="staff",
        department=["Sales", "HR", "Finance"],
        currency="GBP",
        date="delivery",
        since="2024-01-01",
        until="2024-06-30",
        counterparty_id=list(range(13)),
    )
    assert found == expected


def test_two_people_of_one_name_are_two_rows(traded):
    rows = traded.rows("sales", by="staff", currency="GBP")
    names = [row["staff"] for row in rows]
    (shared,) = {name for name in names if names.count(name) > 1}
    assert {row["staff_id"] for row in rows if row["staff"] == shared} == {1, 2}


@pytest.mark.parametrize("measure", ["revenue", "units", "orders", "average_price"])
def test_the_top_ten_are_the_ten_greatest_of_each_currency(traded, measure):
    everyone = sorted(
        told(traded, ["currency", "counterparty_id"]).items(),
        key=lambda entry: (entry[0][0], -entry[1][MEASURES.index(measure)]),
    )
    expected = [key for code in ("EUR", "GBP", "USD") for key in [key for key, _ in everyone if key[0] == code][:10]]
    rows = traded.rows("sales", by="counterparty", top=10, order=measure)
    assert [(row["currency"], str(row["counterparty_id"])) for row in rows] == expected


def test_the_top_groups_by_period_are_those_of_all_periods_together(traded):
    greatest = {(row["currency"], row["design"]) for row in traded.rows("sales", by="design", top=3)}
    rows = traded.rows("sales", by="design", top=3, period="quarter")
    assert {(row["currency"], row["design"]) for row in rows} == greatest
    every = exact(traded.rows("sales", by="design", period="quarter"), ["currency", "design", "period"], MEASURES)
    found = exact(rows, ["currency", "design", "period"], MEASURES)
    assert found == {key: value for key, value in every.items() if (key[0], key[1]) in greatest}


@pytest.mark.parametrize("by", ["department", "office"])
def test_the_revenue_per_employee_is_by_those_who_sold(traded, by):
    rows = traded.sql(
        f"SELECT currency, {by}, count(DISTINCT staff_id) AS employees,"
        f" round(sum(units_sold * unit_price) / count(DISTINCT staff_id), 2) AS revenue_per_employee"
        f" FROM ({SOLD}) AS sold WHERE created >= '2024-09-01' GROUP BY 1, 2"
    )
    measures = ["employees", "revenue_per_employee"]
    found = traded.rows("sales", by=by, since="2024-09-01", per_employee=True)
    assert exact(found, ["currency", by], measures) == exact(rows, ["currency", by], measures)


def test_the_shares_of_a_period_are_of_that_period(traded):
    shares: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for row in traded.rows("sales", by="department", period="year"):
        shares[row["currency"], row["period"]] += Decimal(row["share"])
    assert len(shares) >= 9
    assert all(abs(share - 1) < Decimal("0.00001") for share in shares.values())


def test_a_share_is_of_everything_that_matches_also_beside_a_top(traded):
    every = {(row["currency"], row["staff_id"]): row["share"] for row in traded.rows("sales", by="staff")}
    rows = traded.rows("sales", by="staff", top=2)
    assert len(rows) == 6
    assert all(every[row["currency"], row["staff_id"]] == row["share"] for row in rows)


def test_the_csv_has_the_rows_of_the_json(traded):
    params = {"by": "department", "period": "year"}
    text = traded.api.get("/api/v1/sales", params={**params, "format": "csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert rows == [{key: str(value) for key, value in row.items()} for row in traded.rows("sales", **params)]
