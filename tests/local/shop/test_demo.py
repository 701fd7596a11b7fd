"""The demo rows show what the real shop was seen to do. Asked by SQL of a filled database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from local.shop import demo, schema
from local.shop.errors import ShopError
from tests.local.shop.conftest import UNTIL, Conn, value

REAL_SIZE = {
    "address": 30, "counterparty": 20, "currency": 3, "department": 8, "design": 473, "staff": 20, "payment_type": 4,
    "sales_order": 11_187, "purchase_order": 4_649, "transaction": 15_836, "payment": 15_836,
}  # fmt: skip
ORDERS = {"sales_order": 11_187, "purchase_order": 4_649}


def test_the_shop_has_the_real_size_and_ids_contiguous_from_1(demo_rows: Conn) -> None:
    assert schema.count_rows(demo_rows) == REAL_SIZE
    for table, rows in REAL_SIZE.items():
        found = demo_rows.execute(f'SELECT min({table}_id), max({table}_id) FROM "{table}"').fetchone()
        assert found == (1, rows), table


def test_fill_returns_the_rows_and_the_next_id_comes_after_the_last(empty_shop: Conn) -> None:
    assert demo.fill(empty_shop, until=date(2022, 11, 3)) == REAL_SIZE
    for table, rows in REAL_SIZE.items():
        assert value(empty_shop, f"SELECT nextval('{table}_{table}_id_seq')") == rows + 1, table


def physical_rows(conn: Conn) -> dict[str, list[bytes]]:
    found = {}
    for table in schema.TABLES:
        with conn.cursor() as cursor, cursor.copy(f'COPY "{table}" TO STDOUT'.encode()) as copy:
            found[table] = [bytes(row) for row in copy]
    return found


def test_one_seed_and_day_give_the_same_bytes_and_another_seed_others(empty_shop: Conn, demo_rows: Conn) -> None:
    first = physical_rows(demo_rows)
    assert {table: len(rows) for table, rows in first.items()} == REAL_SIZE
    demo.fill(empty_shop, until=UNTIL)
    assert physical_rows(empty_shop) == first
    empty_shop.execute(f"TRUNCATE {', '.join(schema.TABLES)}".encode())
    demo.fill(empty_shop, seed=7, until=UNTIL)
    other = physical_rows(empty_shop)
    same = {table for table in schema.TABLES if other[table] == first[table]}
    assert same == {"currency", "payment_type"}


def test_an_order_its_transaction_and_its_payment_share_one_millisecond(demo_rows: Conn) -> None:
    for table, rows in ORDERS.items():
        shared = f"""SELECT count(*)
            FROM {table} o JOIN transaction t USING ({table}_id) JOIN payment p USING (transaction_id)
            WHERE o.created_at = t.created_at AND t.created_at = p.created_at
            AND o.last_updated = o.created_at AND t.last_updated = t.created_at"""
        assert value(demo_rows, shared) == rows
    kinds = "SELECT count(*) FROM transaction WHERE (transaction_type = 'SALE') = (sales_order_id IS NOT NULL)"
    one_order = " AND (sales_order_id IS NULL) <> (purchase_order_id IS NULL)"
    assert value(demo_rows, kinds + one_order) == REAL_SIZE["transaction"]


@pytest.mark.parametrize(
    ("table", "amount", "payment_type"),
    [("sales_order", "units_sold * unit_price", 1), ("purchase_order", "item_quantity * item_unit_price", 3)],
)
def test_a_payment_has_the_orders_amount_date_firm_and_currency(
    demo_rows: Conn, table: str, amount: str, payment_type: int
) -> None:
    agree = f"""SELECT count(*)
        FROM {table} o JOIN transaction t USING ({table}_id) JOIN payment p USING (transaction_id)
        WHERE payment_amount = round({amount}, 2) AND payment_date = agreed_payment_date
        AND p.counterparty_id = o.counterparty_id AND p.currency_id = o.currency_id
        AND payment_type_id = {payment_type}"""
    assert value(demo_rows, agree) == ORDERS[table]


def test_orders_are_placed_monday_to_friday_from_8_to_18_up_to_the_day(demo_rows: Conn) -> None:
    for table in ORDERS:
        found = demo_rows.execute(
            f"SELECT min(created_at::date), max(created_at::date), min(created_at::time) >= '08:00',"
            f" max(created_at::time) < '18:00', max(extract(isodow FROM created_at)) FROM {table}"
        ).fetchone()
        assert found == (date(2022, 11, 3), UNTIL, True, True, 5), table


def test_many_orders_share_their_millisecond(demo_rows: Conn) -> None:
    shared = value(demo_rows, "SELECT count(*) - count(DISTINCT created_at) FROM transaction")
    assert 100 <= shared <= 1_000


@pytest.mark.parametrize("table", ["sales_order", "purchase_order", "transaction"])
def test_some_ids_run_1_to_3_ms_against_the_clock_and_none_more(demo_rows: Conn, table: str) -> None:
    back_ms = f"""SELECT round(extract(epoch FROM ahead - created_at) * 1000)
        FROM (SELECT created_at, lag(created_at) OVER (ORDER BY {table}_id) AS ahead FROM {table}) t
        WHERE created_at < ahead"""
    found = [int(ms) for (ms,) in demo_rows.execute(back_ms.encode())]
    assert len(found) >= 5
    assert set(found) == {1, 2, 3}


def test_what_was_due_on_a_working_day_is_paid_and_what_was_due_on_a_weekend_is_not(demo_rows: Conn) -> None:
    due = "payment_date <= %s AND created_at < payment_date::date + time '07:55'"
    weekend = "extract(isodow FROM payment_date::date) > 5"
    paid = value(demo_rows, "SELECT count(*) FROM payment WHERE paid")
    assert 7_000 <= paid <= 11_000
    assert value(demo_rows, f"SELECT count(*) FROM payment WHERE {due} AND NOT {weekend} AND paid", str(UNTIL)) == paid
    assert value(demo_rows, f"SELECT count(*) FROM payment WHERE {due} AND NOT {weekend} AND NOT paid", str(UNTIL)) == 0
    assert value(demo_rows, f"SELECT count(*) FROM payment WHERE {weekend} AND NOT paid") > 3_000


def test_each_mornings_payments_were_marked_at_0755_in_one_millisecond(demo_rows: Conn) -> None:
    mornings = demo_rows.execute(
        "SELECT payment_date, count(DISTINCT last_updated), min(last_updated)::date::text,"
        " min(to_char(last_updated, 'HH24:MI')), count(*) FROM payment WHERE paid GROUP BY 1"
    ).fetchall()
    assert len(mornings) > 500
    for day, instants, updated_on, minute, _ in mornings:
        assert (instants, updated_on, minute) == (1, day, "07:55")
    assert max(rows for *_, rows in mornings) > 20
    assert value(demo_rows, "SELECT count(*) FROM payment WHERE NOT paid AND last_updated <> created_at") == 0


@pytest.mark.parametrize("table", ["design", "sales_order", "purchase_order", "payment"])
def test_the_heap_is_not_in_the_order_of_ids(demo_rows: Conn, table: str) -> None:
    ids = [number for (number,) in demo_rows.execute(f"SELECT {table}_id FROM {table}".encode())]
    assert len(ids) == REAL_SIZE[table]
    assert ids != sorted(ids)


@pytest.mark.parametrize("table", ["sales_order", "purchase_order", "design"])
def test_edited_rows_did_not_move_last_updated(demo_rows: Conn, table: str) -> None:
    # An edited row stands in the heap behind rows that were created later.
    rows = [
        at for (at,) in demo_rows.execute(f"SELECT created_at FROM {table} WHERE last_updated = created_at".encode())
    ]
    assert len(rows) == REAL_SIZE[table]
    out_of_place = sum(later.date() < earlier.date() for earlier, later in pairwise(rows))
    assert out_of_place >= REAL_SIZE[table] // 100


@pytest.mark.parametrize(
    ("table", "column", "low", "high"),
    [
        ("sales_order", "units_sold", 1_001, 99_973),
        ("sales_order", "unit_price", Decimal("2.00"), Decimal("4.00")),
        ("purchase_order", "item_quantity", 1, 999),
        ("purchase_order", "item_unit_price", Decimal("3.32"), Decimal("999.07")),
        ("payment", "company_ac_number", 10_000_000, 99_999_999),
        ("payment", "counterparty_ac_number", 10_000_000, 99_999_999),
    ],
)
def test_numbers_lie_in_the_real_ranges_and_fill_them(
    demo_rows: Conn, table: str, column: str, low: Decimal, high: Decimal
) -> None:
    least = value(demo_rows, f"SELECT min({column}) FROM {table}")
    most = value(demo_rows, f"SELECT max({column}) FROM {table}")
    margin = (high - low) / 50
    assert low <= least <= low + margin
    assert high - margin <= most <= high


def test_item_codes_have_seven_characters(demo_rows: Conn) -> None:
    assert value(demo_rows, "SELECT count(*) FROM purchase_order WHERE item_code ~ '^[A-Z0-9]{7}$'") == 4_649


@pytest.mark.parametrize("table", ["sales_order", "purchase_order"])
def test_agreed_dates_are_texts_some_days_after_the_order(demo_rows: Conn, table: str) -> None:
    text = "'^\\d{4}-\\d{2}-\\d{2}$'"
    dates = f"SELECT count(*) FROM {table} WHERE agreed_delivery_date ~ {text} AND agreed_payment_date ~ {text}"
    assert value(demo_rows, dates) == ORDERS[table]
    days = f"SELECT agreed_delivery_date::date - created_at::date AS days FROM {table}"
    assert value(demo_rows, f"SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY days) FROM ({days}) t") == 4
    assert value(demo_rows, f"SELECT min(days) FROM ({days}) t") == 0
    assert 100 < value(demo_rows, f"SELECT max(days) FROM ({days}) t") <= 624
    payment_days = f"SELECT max(agreed_payment_date::date - created_at::date) FROM {table}"
    assert value(demo_rows, payment_days) == 6


def test_a_sale_refers_to_a_design_that_was_there_or_to_which_it_was_changed(demo_rows: Conn) -> None:
    later = "SELECT count(*) FROM sales_order o JOIN design d USING (design_id) WHERE d.created_at > o.created_at"
    assert 0 < value(demo_rows, later) < 11_187 // 50


def test_the_real_dirt_is_there(demo_rows: Conn) -> None:
    for query, rows in {
        "department WHERE location = 'Leds'": 1,
        "department WHERE manager IS NULL": 1,
        "department WHERE location IS NULL": 0,
        "address WHERE address_line_2 IS NULL": 20,
        "address WHERE district IS NULL": 14,
    }.items():
        assert value(demo_rows, f"SELECT count(*) FROM {query}") == rows, query
    for query in (
        "staff WHERE last_name LIKE '%''%'",
        "staff WHERE email_address LIKE '%''%'",
        "address WHERE country LIKE '%''%'",
        "address WHERE postal_code LIKE '0%'",
        "address WHERE country ~ '[^ -~]'",
    ):
        assert value(demo_rows, f"SELECT count(*) FROM {query}") > 0, query


def test_fill_refuses_a_filled_shop_and_changes_nothing(filled_shop: Conn) -> None:
    with pytest.raises(ShopError, match=r"rows already \(address 30, .*make reset"):
        demo.fill(filled_shop, until=UNTIL)
    assert schema.count_rows(filled_shop) == REAL_SIZE


def test_fill_refuses_a_day_before_the_opening(empty_shop: Conn) -> None:
    with pytest.raises(ShopError, match="end on 2022-11-02; expected 2022-11-03"):
        demo.fill(empty_shop, until=date(2022, 11, 2))


def test_nothing_in_the_demo_rows_lies_after_the_day(empty_shop: Conn) -> None:
    sunday = date(2023, 1, 15)
    demo.fill(empty_shop, until=sunday)
    for table in schema.TABLES:
        assert value(empty_shop, f'SELECT max(greatest(created_at, last_updated))::date FROM "{table}"') <= sunday
