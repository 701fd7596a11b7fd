"""Rows that break their declaration: set aside, listed, counted, and loaded by themselves once they are corrected."""

import json

import psycopg
import pytest

from include.errors import MassDeleteError
from include.planning import Request
from include.processed.quarantine import read_lines
from tests.pipeline import Pipeline

SALES = Request(tables=("fact_sales_order",))
STAFF = Request(tables=("dim_staff",))
OPEN = "SELECT natural_key, rules FROM etl_quarantine WHERE resolved_at IS NULL ORDER BY 1"
RULE = "agreed_payment_date is '2024-13-01', expected a day as YYYY-MM-DD, never NULL"


def date(small: Pipeline, order: int, day: str) -> None:
    """The shop writes the payment date of an order."""
    small.shop(f"UPDATE sales_order SET agreed_payment_date = '{day}' WHERE sales_order_id = {order}")


def sales(small: Pipeline) -> dict:
    return small.run(SALES)["fact_sales_order"]


@pytest.fixture
def bad(small: Pipeline) -> Pipeline:
    """All four orders loaded, then one of them spoilt, another one edited, and the run after it."""
    sales(small)
    date(small, 3, "2024-13-01")
    small.shop("UPDATE sales_order SET units_sold = 7 WHERE sales_order_id = 4")
    sales(small)
    return small


def test_a_bad_row_is_listed_with_its_rule_and_lies_whole_in_the_bucket(bad: Pipeline):
    (entry,) = bad.query("SELECT table_name, natural_key, rules, object_key, load_id, resolved_at FROM etl_quarantine")
    assert entry[:3] == ("fact_sales_order", "3", RULE)
    assert entry[5] is None
    ledger = bad.query("SELECT load_id, rows_read, rows_quarantined, manifest FROM etl_ledger ORDER BY snapshot_at")
    assert [(row[1], row[2]) for row in ledger] == [(4, 0), (1, 1)]
    assert entry[4] == ledger[1][0]
    stored = bad.processed.manifest(ledger[1][3]).quarantine
    assert stored.key == entry[3]
    with bad.processed.open(stored) as body:
        (row,) = read_lines(body)
    assert (row.natural_key, row.rules) == ("3", (RULE,))
    assert (row.row["units_sold"], row.row["agreed_payment_date"]) == ("3000", "2024-13-01")


def test_the_others_load_and_the_earlier_good_version_stays_current(bad: Pipeline):
    held = bad.query("SELECT sales_order_id, units_sold, agreed_payment_date::text FROM fact_sales_order_current")
    assert sorted(held) == [(n, 7 if n == 4 else 1000 * n, "2024-11-08") for n in (1, 2, 3, 4)]


def test_a_run_while_an_entry_is_open_is_quiet(bad: Pipeline):
    assert bad.plan(SALES) == []
    date(bad, 1, "bad")
    sales(bad)
    assert bad.plan(SALES) == []


def test_a_bad_row_without_an_earlier_version_leaves_the_plan_quiet_too(small: Pipeline):
    date(small, 3, "bad")
    record = sales(small)
    assert (record["rows_read"], record["rows_new"], record["rows_quarantined"]) == (3, 3, 1)
    assert small.plan(SALES) == []
    assert small.query("SELECT sales_order_id FROM fact_sales_order ORDER BY 1") == [(1,), (2,), (4,)]


def test_corrected_at_the_source_it_loads_by_itself_and_the_entry_is_resolved(bad: Pipeline):
    date(bad, 3, "2024-12-01")
    assert sales(bad)["rows_revised"] == 1
    assert bad.query(OPEN) == []
    assert bad.query(
        "SELECT resolved_at = (SELECT max(snapshot_at) FROM etl_ledger), resolved_at > found_at FROM etl_quarantine"
    ) == [(True, True)]
    assert bad.held("fact_sales_order") == bad.expected("fact_sales_order")
    assert bad.plan(SALES) == []


def test_corrected_to_what_it_was_it_makes_no_version_and_the_entry_is_resolved(bad: Pipeline):
    date(bad, 3, "2024-11-08")
    assert sales(bad)["rows_revised"] == 0
    assert bad.query(OPEN) == []
    assert bad.query("SELECT count(*) FROM fact_sales_order WHERE sales_order_id = 3") == [(1,)]


@pytest.mark.parametrize("first_loaded", [True, False], ids=["with a version", "never loaded"])
def test_deleted_at_the_source_the_entry_is_resolved(small: Pipeline, first_loaded: bool):
    if first_loaded:
        sales(small)
    date(small, 3, "bad")
    sales(small)
    small.shop("UPDATE transaction SET sales_order_id = NULL", "DELETE FROM sales_order WHERE sales_order_id = 3")
    assert sales(small)["rows_deleted"] == int(first_loaded)
    assert small.query(OPEN) == []
    assert small.held("fact_sales_order") == small.expected("fact_sales_order")
    assert small.plan(SALES) == []


def test_met_twice_it_is_one_open_entry_with_the_latest_rule(bad: Pipeline):
    found_at = bad.query("SELECT found_at FROM etl_quarantine")
    date(bad, 3, "2024-14-01")
    assert sales(bad)["rows_quarantined"] == 1
    assert bad.query(OPEN) == [("3", RULE.replace("-13-", "-14-"))]
    assert bad.query("SELECT count(*) FROM etl_quarantine") == [(1,)]
    assert bad.query("SELECT found_at FROM etl_quarantine") == found_at
    full = bad.run(Request(tables=SALES.tables, mode="full"))["fact_sales_order"]
    assert (full["rows_revised"], full["rows_quarantined"]) == (0, 1)
    assert len(bad.query(OPEN)) == 1


def test_bad_again_after_it_was_corrected_is_a_second_entry(bad: Pipeline):
    for day in ("2024-12-01", "worse"):
        date(bad, 3, day)
        sales(bad)
    assert bad.query("SELECT count(*), count(resolved_at) FROM etl_quarantine") == [(2, 1)]


def test_a_staff_member_is_corrected_through_the_department(small: Pipeline):
    small.shop("ALTER TABLE department ALTER department_name DROP NOT NULL")
    small.shop("UPDATE department SET department_name = NULL WHERE department_id = 1")
    record = small.run(STAFF)["dim_staff"]
    assert (record["rows_new"], record["rows_quarantined"]) == (1, 2)
    assert small.query(OPEN) == [
        (key, "department.department_name is NULL, expected text, never NULL") for key in ("1", "2")
    ]
    small.shop("UPDATE department SET department_name = 'Sales' WHERE department_id = 1")
    assert small.run(STAFF)["dim_staff"]["rows_new"] == 2
    assert small.query(OPEN) == []
    assert small.held("dim_staff") == small.expected("dim_staff")


def test_entries_of_one_table_are_not_resolved_by_another(bad: Pipeline):
    bad.run()
    assert [key for key, _ in bad.query(OPEN)] == ["3"]


REFUSED = {
    "a text date": ("sales_order", "agreed_delivery_date", "'2024-13-01'"),
    "a text date far away": ("sales_order", "agreed_delivery_date", "'10000-01-01'"),
    "infinity in a text date": ("sales_order", "agreed_delivery_date", "'infinity'"),
    "BC in a text date": ("sales_order", "agreed_delivery_date", "'0044-03-15 BC'"),
    "infinity": ("sales_order", "created_at", "'infinity'"),
    "minus infinity": ("sales_order", "last_updated", "'-infinity'"),
    "BC": ("sales_order", "created_at", "'0044-03-15 10:00 BC'"),
    "the year 10000": ("sales_order", "created_at", "'10000-01-01 00:00'"),
    "NaN": ("sales_order", "unit_price", "'NaN'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_poison_value_that_the_warehouse_cannot_hold_is_set_aside_as_the_source_wrote_it(small: Pipeline, name: str):
    sales(small)
    table, column, value = REFUSED[name]
    small.shop(f"UPDATE {table} SET {column} = {value} WHERE sales_order_id = 2")
    assert sales(small)["rows_quarantined"] == 1
    with psycopg.connect(small.reader) as source:
        (as_written,) = source.execute(f"SELECT {column}::text FROM {table} WHERE sales_order_id = 2").fetchone()
    ((key, rules),) = small.query(OPEN)
    assert key == "2"
    assert rules.startswith(f"{column} is '{as_written}', expected")
    ((object_key,),) = small.query("SELECT object_key FROM etl_quarantine")
    assert json.loads(small.processed.read(object_key))["row"][column] == as_written
    assert small.plan(SALES) == []
    small.shop(
        f"UPDATE {table} SET units_sold = 1, {column} = (SELECT {column} FROM {table} WHERE sales_order_id = 1)"
        " WHERE sales_order_id = 2"
    )
    sales(small)
    assert small.query(OPEN) == []
    assert small.held("fact_sales_order") == small.expected("fact_sales_order")


def test_an_enum_value_that_nobody_declared_is_set_aside(small: Pipeline):
    kinds = Request(tables=("dim_payment_type",))
    with psycopg.connect(small.owner, autocommit=True) as owner:
        owner.execute("ALTER TYPE \"PaymentTypeName\" ADD VALUE 'BARTER'")
    small.shop("INSERT INTO payment_type (payment_type_name, last_updated) VALUES ('BARTER', now())")
    record = small.run(kinds)["dim_payment_type"]
    assert (record["rows_new"], record["rows_quarantined"]) == (1, 1)
    assert small.query(OPEN) == [
        (
            "2",
            (
                "payment_type_name is 'BARTER', expected one of SALES_RECEIPT, SALES_REFUND, PURCHASE_PAYMENT,"
                " PURCHASE_REFUND, never NULL"
            ),
        )
    ]
    assert small.plan(kinds) == []


TAKEN = {
    "five megabytes": "x" * 5_000_000,
    "five megabytes of threads": "🧵" * 1_300_000,
    "emoji": "👩‍👩‍👧‍👦🧵",
    "right to left": "\u202eאבג\u202c \u200f",
    "an end of SQL": "'; DROP TABLE fact_sales_order;--",
    "quotes": '"\'\'""$$ $1 %s {}',
    "not composed": "e\u0301 \u00e9",
    "controls": "\x01\x1f\x7f\u2028\u0085",
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_legal_text_arrives_equal(small: Pipeline, name: str):
    with psycopg.connect(small.owner) as owner:
        owner.execute("UPDATE design SET design_name = %s WHERE design_id = 1", [TAKEN[name]])
    small.run(Request(tables=("dim_design",)))
    assert small.query("SELECT design_name FROM dim_design WHERE design_id = 1") == [(TAKEN[name],)]
    assert small.query(OPEN) == []


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_first_and_the_last_day_arrive_equal(small: Pipeline, day: str):
    small.shop(
        f"UPDATE sales_order SET agreed_delivery_date = '{day}', created_at = '{day} 23:59:59.999'"
        " WHERE sales_order_id = 2"
    )
    sales(small)
    assert small.query(OPEN) == []
    assert small.held("fact_sales_order") == small.expected("fact_sales_order")


def test_a_bad_text_that_looks_like_sql_is_listed_as_text(small: Pipeline):
    evil = "'); DROP TABLE etl_quarantine;-- 🧵 \u202e"
    with psycopg.connect(small.owner) as owner:
        owner.execute("UPDATE sales_order SET agreed_payment_date = %s WHERE sales_order_id = 1", [evil])
    sales(small)
    ((_, rules),) = small.query(OPEN)
    assert rules == f"agreed_payment_date is {evil!r}, expected a day as YYYY-MM-DD, never NULL"


def test_a_five_megabyte_bad_value_is_kept_whole_and_listed_short(small: Pipeline):
    with psycopg.connect(small.owner) as owner:
        owner.execute("UPDATE sales_order SET agreed_payment_date = %s WHERE sales_order_id = 1", ["9" * 5_000_000])
    sales(small)
    ((rules, key),) = small.query("SELECT rules, object_key FROM etl_quarantine")
    assert len(rules) < 400
    assert json.loads(small.processed.read(key))["row"]["agreed_payment_date"] == "9" * 5_000_000


def test_a_truncated_source_resolves_no_entry(bad: Pipeline):
    """Nothing is believed of a source that seems empty, of its bad rows neither."""
    bad.shop(
        "INSERT INTO sales_order (last_updated, design_id, staff_id, counterparty_id, units_sold, unit_price,"
        " currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)"
        " SELECT now(), 1, 1, 1, 1, 1, 1, '2024-11-10', '2024-11-08', 1 FROM generate_series(1, 20)"
    )
    sales(bad)
    with psycopg.connect(bad.owner) as owner:
        owner.execute("TRUNCATE sales_order CASCADE")
    with pytest.raises(MassDeleteError):
        sales(bad)
    assert [key for key, _ in bad.query(OPEN)] == ["3"]
