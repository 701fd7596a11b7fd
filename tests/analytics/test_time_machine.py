"""Orders with every version, and the business as it was: what the shop held then, to the cent."""

import csv
import io
from datetime import datetime, timedelta
from decimal import Decimal

import psycopg
import pytest
from fastapi.testclient import TestClient

from include.analytics.app import application
from include.analytics.reading.postgres import PostgresReader
from tests.analytics import history
from tests.analytics.history import STEPS


@pytest.fixture(scope="module")
def life(pg_server, source_template, warehouse_template, aws):
    """A small shop's life, and the warehouse that followed it; its tests only read."""
    return history.life(pg_server, source_template, warehouse_template, aws)


@pytest.fixture
def lived(life):
    """What the shop held after each run."""
    return life.held


@pytest.fixture
def asked(life):
    """Asks the application over that warehouse for a path below `/api/v1`."""
    reader = PostgresReader(life.analyst)
    with TestClient(application(lambda: reader)) as client:
        yield lambda path, **params: client.get(f"/api/v1/{path}", params=params)
    reader.close()


def business(asked, moment):
    params = {"as_of": moment.isoformat()} if moment else {}
    rows = asked("business", **params).json()["rows"]
    return {row["currency"]: row for row in rows if row["known"] == ("then" if moment else "now")}


def test_the_business_as_of_each_moment_is_what_the_shop_held_then(asked, lived):
    assert len({str(held.rows) for held in lived}) == len(STEPS)
    for held in lived:
        then = business(asked, held.at)
        for name, keys in (("sales", ("orders", "units", "revenue")), ("purchases", ("purchases", "items", "spend"))):
            expected = {row[0]: row[1:] for row in held.rows[name]}
            for currency, row in then.items():
                found = (row[keys[0]], row[keys[1]], Decimal(row[keys[2]]))
                assert found == expected.get(currency, (0, 0, 0)), (held.at, currency)
        paid = {row[0]: row[1:] for row in held.rows["payments"]}
        for currency, row in then.items():
            found = (row["payments_paid"], row["payments_unpaid"], Decimal(row["received"]), Decimal(row["to_receive"]))
            assert found == paid.get(currency, (0, 0, 0, 0)), (held.at, currency)
            assert (row["paid_out"], row["to_pay"]) == ("0.00", "0.00")  # the small shop has receipts alone


def test_now_is_the_latest_moment_and_stands_beside_it(asked, lived):
    now = business(asked, None)
    assert set(now) == {"GBP", "USD"}
    latest = business(asked, lived[-1].at)
    assert {currency: {**row, "known": "now"} for currency, row in latest.items()} == now


def test_before_the_first_load_nothing_was_known(asked, lived):
    moments = asked("business/moments").json()
    first = datetime.fromisoformat(moments["first"])
    assert first < lived[0].at
    then = business(asked, first - timedelta(microseconds=1))
    assert {(row["orders"], row["revenue"], row["payments_unpaid"]) for row in then.values()} == {(0, "0.00", 0)}


def test_the_moments_are_the_loads_that_changed_a_fact(asked, life):
    rows = asked("business/moments").json()["rows"]
    expected = life.pipeline.query(
        "SELECT snapshot_at, table_name, rows_new, rows_revised, rows_deleted FROM etl_ledger"
        " WHERE table_name LIKE 'fact%%' AND rows_new + rows_revised + rows_deleted > 0 ORDER BY 1"
    )
    assert len(expected) > len(STEPS)
    assert [(datetime.fromisoformat(row["at"]), *list(row.values())[1:]) for row in rows] == expected


def test_the_moments_csv_has_a_line_a_load(asked):
    lines = asked("business/moments", format="csv").text.splitlines()
    assert lines[0] == "at,table,rows_new,rows_revised,rows_deleted"
    assert len(lines) == 1 + len(asked("business/moments").json()["rows"])


def test_an_order_tells_of_every_version(asked):
    order = asked("orders/sales/1").json()
    assert [(one["number"], one["event"], one["row"]["units_sold"]) for one in order["versions"]] == [
        (1, "first seen", 1000),
        (2, "revised", 5555),
        (3, "revised", 1000),
    ]
    assert [one["value"] for one in order["versions"]] == ["2500.00", "13887.50", "2500.00"]
    assert not any(one["is_stamped"] for one in order["versions"][1:])  # silent edits
    (change,) = order["versions"][1]["changes"]
    assert change == {"column": "units_sold", "old": 1000, "new": 5555, "old_name": None, "new_name": None}
    assert order["versions"][0]["until"] == order["versions"][1]["seen_at"]
    assert (order["currency"], order["is_deleted"]) == ("USD", False)


def test_an_orders_payment_tells_of_its_versions_too(asked):
    order = asked("orders/sales/1").json()
    assert [(one["transaction_id"], one["transaction_type"]) for one in order["transactions"]] == [(1, "SALE")]
    (payment,) = order["payments"]
    changed = {change["column"]: (change["old"], change["new"]) for change in payment["versions"][1]["changes"]}
    assert changed["paid"] == (False, True)
    assert payment["versions"][1]["is_stamped"]


def test_a_deleted_order_that_came_back_says_so(asked):
    order = asked("orders/sales/2").json()
    assert [one["event"] for one in order["versions"]] == ["first seen", "deleted", "came back"]
    assert {change["column"] for change in order["versions"][2]["changes"]} >= {"units_sold", "unit_price"}
    assert [one["is_deleted"] for one in order["transactions"]] == [True]
    assert [one["event"] for one in order["payments"][0]["versions"]] == ["first seen", "deleted"]
    assert order["payments"][0]["is_deleted"]


def test_ids_are_told_with_names(asked):
    (change,) = [
        change
        for change in asked("orders/purchase/1").json()["versions"][1]["changes"]
        if change["column"] == "staff_id"
    ]
    assert (change["old_name"], change["new_name"]) == ("Cy Ng", "Bob Low")


def test_the_csv_has_a_line_a_change(asked):
    lines = list(csv.DictReader(io.StringIO(asked("orders/sales/1", format="csv").text)))
    assert [line["seen_at"] for line in lines] == sorted(line["seen_at"] for line in lines)
    assert [(line["old"], line["new"]) for line in lines if line["column"] == "units_sold"] == [
        ("1000", "5555"),
        ("5555", "1000"),
    ]


def test_an_order_that_never_was_is_not_there(asked):
    answer = asked("orders/sales/99")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert "No sales order 99 was ever seen" in answer.json()["detail"]


def test_orders_with_more_than_one_version_are_found_first(asked):
    rows = asked("orders").json()["rows"]
    assert [(row["id"], row["versions"]) for row in rows] == [(2, 3), (1, 3), (4, 1), (3, 1)]
    deleted = asked("orders", kind="purchase").json()["rows"][0]
    assert (deleted["id"], deleted["is_deleted"], deleted["versions"]) == (2, True, 2)


def test_orders_are_found_by_number_and_by_a_part_of_the_firms_name(asked, life):
    assert [row["id"] for row in asked("orders", id=3).json()["rows"]] == [3]
    expected = life.pipeline.query(
        "SELECT sales_order_id FROM fact_sales_order_current JOIN dim_counterparty USING (counterparty_id)"
        " WHERE counterparty_legal_name = 'Ace' ORDER BY 1"
    )
    assert expected
    assert sorted((row["id"],) for row in asked("orders", counterparty="aCE").json()["rows"]) == expected
    assert asked("orders", counterparty="_").json()["rows"] == []


def test_a_table_as_of_a_moment_is_what_the_shop_held(asked, lived):
    for held in lived:
        params = {"as_of": held.at.isoformat(), "fields": "sales_order_id,units_sold,unit_price"}
        rows = asked("tables/fact_sales_order", **params).json()["rows"]
        found = [(row["sales_order_id"], row["units_sold"], Decimal(row["unit_price"])) for row in rows]
        assert found == held.rows["orders"]


def test_a_tables_history_has_every_version_with_its_period(asked, life):
    params = {"state": "history", "fields": "sales_order_id,version,is_current,is_deleted,valid_to", "limit": 3}
    first = asked("tables/fact_sales_order", **params).json()
    rest = asked("tables/fact_sales_order", **params, cursor=first["next"]).json()["rows"]
    with psycopg.connect(life.analyst) as connection:
        expected = connection.execute(
            "SELECT sales_order_id, version, is_current, is_deleted, valid_to IS NULL FROM fact_sales_order_history"
            " ORDER BY sales_record_id"
        ).fetchall()
    found = [
        (row["sales_order_id"], row["version"], row["is_current"], row["is_deleted"], row["valid_to"] is None)
        for row in first["rows"] + rest
    ]
    assert found == sorted(expected)[: len(found)]
    assert len(found) == 6
