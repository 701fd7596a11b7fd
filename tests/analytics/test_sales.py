"""What the API says of sales is what SQL says."""

from decimal import Decimal

import psycopg
import pytest

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
