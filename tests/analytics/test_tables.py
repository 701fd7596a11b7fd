"""Every table by the API: the rows that SQL says, page by page, and what may be asked."""

import csv
import io

import psycopg
import pytest
from psycopg.rows import dict_row

from include.catalog import TABLES

VERSIONED = [table.name for table in TABLES.values() if table.history == "versions"]


def select(conninfo, statement):
    with psycopg.connect(conninfo, row_factory=dict_row) as connection:
        return connection.execute(statement).fetchall()


def as_json(rows):
    return [
        {name: value if isinstance(value, int | None) else text_of(value) for name, value in row.items()}
        for row in rows
    ]


def text_of(value):
    return value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else str(value)


def pages(client, table, **params):
    """All rows, page after page, by the cursor."""
    rows, cursor = [], None
    while True:
        answer = client.get(f"/api/v1/tables/{table}", params={**params, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        rows += answer.json()["rows"]
        cursor = answer.json()["next"]
        if cursor is None:
            return rows


def test_the_list_has_every_table_with_its_columns(client, filled_db):
    found = {table["name"]: table for table in client.get("/api/v1/tables").json()["tables"]}
    assert list(found) == list(TABLES)
    for name, table in found.items():
        assert table["description"] == TABLES[name].description
        assert list(table["columns"]) == (["current", "history", "as_of"] if name in VERSIONED else ["current"])
    described = [column["name"] for column in found["fact_payment"]["columns"]["history"]]
    with psycopg.connect(filled_db.analyst) as connection:
        held = [column.name for column in connection.execute("SELECT * FROM fact_payment_history LIMIT 0").description]
    assert described == held


@pytest.mark.parametrize("table", [table.name for table in TABLES.values()])
def test_every_table_has_the_rows_and_columns_of_its_view(client, filled_db, table):
    view = table if table == "dim_date" else f"{table}_current"
    expected = select(filled_db.analyst, f"SELECT * FROM {view} ORDER BY {TABLES[table].natural_key[0]} LIMIT 300")
    assert expected or table == "covid_us_daily"
    found = client.get(f"/api/v1/tables/{table}", params={"limit": 300}).json()["rows"]
    assert strip_instants(found) == strip_instants(as_json(expected))


def strip_instants(rows):
    """Without the instants, which are the same ones in another spelling."""
    return [{name: value for name, value in row.items() if not name.startswith("valid_")} for row in rows]


@pytest.mark.parametrize(
    ("where", "condition"),
    [
        (["units_sold:ge:90000"], "units_sold >= 90000"),
        (["unit_price:eq:3.50"], "unit_price = 3.50"),
        (["unit_price:gt:3.505", "unit_price:lt:3.515"], "unit_price > 3.505 AND unit_price < 3.515"),
        (["created_date:lt:2023-01-01", "currency_id:ne:2"], "created_date < '2023-01-01' AND currency_id <> 2"),
        (["currency_id:in:1,3", "units_sold:le:5000"], "currency_id IN (1, 3) AND units_sold <= 5000"),
        (["created_time:ge:17:30:00"], "created_time >= '17:30'"),
        (["agreed_payment_date:is_null:true"], "agreed_payment_date IS NULL"),
    ],
)
def test_conditions_choose_what_sql_chooses(client, filled_db, where, condition):
    statement = f"SELECT sales_order_id FROM fact_sales_order_current WHERE {condition} ORDER BY 1"
    expected = select(filled_db.analyst, statement)
    params = {"where": where, "fields": "sales_order_id", "limit": 100_000}
    assert client.get("/api/v1/tables/fact_sales_order", params=params).json()["rows"] == expected
    assert bool(expected) == ("IS NULL" not in condition)


@pytest.mark.parametrize(("operator", "sql"), [("eq", "="), ("lt", "<"), ("ge", ">="), ("ne", "<>")])
def test_booleans_are_compared_as_sql_compares_them(client, filled_db, operator, sql):
    expected = select(
        filled_db.analyst, f"SELECT payment_id FROM fact_payment_current WHERE paid {sql} true ORDER BY 1"
    )
    params = {"where": f"paid:{operator}:true", "fields": "payment_id", "limit": 100_000}
    assert expected
    assert client.get("/api/v1/tables/fact_payment", params=params).json()["rows"] == expected


def test_texts_are_found_by_a_part_and_literally(client, filled_db):
    names = {row["counterparty_legal_name"] for row in select(filled_db.analyst, "SELECT * FROM dim_counterparty")}
    some = min(names)

    def found(where):
        rows = client.get("/api/v1/tables/dim_counterparty", params={"where": where, "limit": 1000}).json()["rows"]
        return {row["counterparty_legal_name"] for row in rows}

    assert found([f"counterparty_legal_name:contains:{some[1:5].upper()}"]) == {
        name for name in names if some[1:5].lower() in name.lower()
    }
    assert found(["counterparty_legal_name:contains:%"]) == set()
    assert found([f'counterparty_legal_name:in:"{some}","a, b"']) == {some}
    assert found(["counterparty_legal_name:eq:' OR 1=1 --"]) == set()


def test_null_and_not_null_make_up_the_whole(client):
    def count(where):
        params = {"where": where, "limit": 100_000, "fields": "transaction_id"}
        return len(client.get("/api/v1/tables/dim_transaction", params=params).json()["rows"])

    null, there = count(["sales_order_id:is_null:true"]), count(["sales_order_id:is_null:false"])
    assert null
    assert there
    assert null + there == count([])


@pytest.mark.parametrize(
    ("table", "sort", "order"),
    [
        ("fact_sales_order", "", "sales_order_id"),
        ("fact_sales_order", "-unit_price,currency_id", "unit_price DESC, currency_id, sales_order_id"),
        ("fact_payment", "-paid,payment_date", "paid DESC, payment_date, payment_id"),
        ("dim_transaction", "purchase_order_id", "purchase_order_id NULLS LAST, transaction_id"),
        ("dim_transaction", "-sales_order_id", "sales_order_id DESC NULLS LAST, transaction_id"),
        ("dim_location", "-address_line_2,-city", "address_line_2 DESC NULLS LAST, city DESC, location_id"),
    ],
)
def test_pages_put_together_are_the_whole_in_order(client, filled_db, table, sort, order):
    (key,) = TABLES[table].natural_key
    expected = select(filled_db.analyst, f"SELECT {key} FROM {table}_current ORDER BY {order}")
    limit = 7 if table == "dim_location" else 3_000
    found = pages(client, table, sort=sort, fields=key, limit=limit)
    assert len(expected) > limit
    assert found == expected


def test_a_load_between_two_pages_shifts_nothing(client, filled_db):
    first = client.get("/api/v1/tables/fact_payment", params={"limit": 50, "fields": "payment_id"}).json()
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute("UPDATE fact_payment SET is_deleted = true WHERE payment_id <= 30")
    params = {"limit": 50, "fields": "payment_id", "cursor": first["next"]}
    second = client.get("/api/v1/tables/fact_payment", params=params).json()
    assert [row["payment_id"] for row in first["rows"] + second["rows"]] == list(range(1, 101))


def test_the_link_header_leads_through_a_csv(client, filled_db):
    address, rows = "/api/v1/tables/dim_design?format=csv&limit=200&where=design_id:gt:3&where=design_id:lt:450", []
    for _ in range(3):
        answer = client.get(address)
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        rows += list(csv.DictReader(io.StringIO(answer.text)))
        if "link" not in answer.headers:
            break
        address = f"/api/v1/tables/dim_design{answer.headers['link'].split('>')[0][1:]}"
    expected = select(
        filled_db.analyst,
        "SELECT design_id::text AS id FROM dim_design WHERE design_id BETWEEN 4 AND 449 ORDER BY design_id",
    )
    assert len(expected) > 400
    assert [row["design_id"] for row in rows] == [row["id"] for row in expected]


@pytest.mark.parametrize(
    ("table", "params", "status", "said"),
    [
        ("fact_sale", {}, 404, "no table 'fact_sale'"),
        ("fact_sales_order", {"where": "units"}, 400, "expected column:operator:value"),
        ("fact_sales_order", {"where": "units:eq:1"}, 400, "no column 'units'"),
        ("fact_sales_order", {"where": "_load_id:eq:1"}, 400, "no column '_load_id'"),
        ("fact_sales_order", {"where": "units_sold:is:1"}, 400, "no operator 'is'"),
        ("fact_sales_order", {"where": "units_sold:eq:many"}, 400, "a whole number from"),
        ("fact_sales_order", {"where": "units_sold:eq:99999999999"}, 400, "a whole number from"),
        ("fact_sales_order", {"where": "unit_price:eq:1e400"}, 400, "a number such as 12.50"),
        ("fact_sales_order", {"where": "created_date:lt:2024-13-01"}, 400, "a day such as 2024-11-30"),
        ("fact_sales_order", {"where": "created_time:lt:12:00+01:00"}, 400, "a time of day"),
        ("fact_sales_order", {"where": "valid_from:lt:2024-01-01T00:00:00"}, 400, "an instant with its offset"),
        ("fact_sales_order", {"where": "units_sold:contains:1"}, 400, "contains is for texts"),
        ("fact_payment", {"where": "paid:eq:yes"}, 400, "true or false"),
        ("fact_payment", {"where": "paid:is_null:maybe"}, 400, "is_null:true or is_null:false"),
        ("dim_design", {"where": 'design_name:in:"Bold'}, 400, "expected values such as"),
        ("dim_design", {"where": "design_name:eq:a\0b"}, 400, "NUL"),
        ("dim_design", {"sort": "name"}, 400, "no column 'name'"),
        ("dim_design", {"fields": "design_id,name"}, 400, "no column 'name'"),
        ("dim_design", {"limit": 0}, 400, "greater than or equal to 1"),
        ("dim_design", {"limit": 1_000_001}, 400, "less than or equal to 1000000"),
        ("dim_design", {"cursor": "abc"}, 400, "it is not of this question"),
        ("dim_design", {"cursor": "W1siZGVzaWduX2lkIiwiYSJdXQ"}, 400, "a whole number"),
        ("dim_design", {"state": "history"}, 400, "holds the latest values alone"),
        ("dim_design", {"as_of": "2024-11-30T00:00:00Z"}, 400, "holds the latest values alone"),
        ("fact_payment", {"as_of": "2024-11-30T00:00:00"}, 400, "timezone"),
        ("fact_payment", {"as_of": "0001-01-01T00:00:00+14:00"}, 400, "the years 1 to 9999"),
        ("fact_payment", {"as_of": "2024-11-30T00:00:00Z", "state": "history"}, 400, "a state of its own"),
    ],
)
def test_what_cannot_be_asked_is_said(client, table, params, status, said):
    answer = client.get(f"/api/v1/tables/{table}", params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert said in answer.json()["detail"]


def test_a_cursor_of_another_order_is_refused(client):
    cursor = client.get("/api/v1/tables/dim_design", params={"limit": 5}).json()["next"]
    answer = client.get("/api/v1/tables/dim_design", params={"limit": 5, "sort": "-design_id", "cursor": cursor})
    assert answer.status_code == 400


def test_the_etag_of_a_dimension_follows_the_facts_that_bring_its_members(client, filled_db):
    first = client.get("/api/v1/tables/dim_design")
    known = {"If-None-Match": first.headers["etag"]}
    assert client.get("/api/v1/tables/dim_design", headers=known).status_code == 304
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute("UPDATE etl_ledger SET loaded_at = now() WHERE table_name = 'fact_payment'")
    assert client.get("/api/v1/tables/dim_design", headers=known).status_code == 304
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute("UPDATE etl_ledger SET loaded_at = now() WHERE table_name = 'fact_sales_order'")
    assert client.get("/api/v1/tables/dim_design", headers=known).status_code == 200
