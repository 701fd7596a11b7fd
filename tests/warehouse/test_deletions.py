"""Rows that the source no longer has: found, marked, kept, believed only within reason."""

import psycopg
import pytest

from include.errors import MassDeleteError, SchemaDriftError
from include.planning import Request
from include.source import postgres
from include.steps import deletes
from tests.pipeline import Pipeline

PURCHASES = Request(tables=("fact_purchase_order",))
DESIGNS = Request(tables=("dim_design",))
ALLOWED = Request(tables=("fact_purchase_order",), allow_mass_delete=True)
VERSIONS = """
SELECT item_quantity, is_current, is_deleted FROM fact_purchase_order WHERE purchase_order_id = {} ORDER BY
purchase_record_id
"""


def buy(small: Pipeline, count: int) -> None:
    """The shop places purchase orders."""
    small.shop(
        "INSERT INTO purchase_order (last_updated, staff_id, counterparty_id, item_code, item_quantity,"
        " item_unit_price, currency_id, agreed_delivery_date, agreed_payment_date, agreed_delivery_location_id)"
        f" SELECT now(), 3, 1, 'X', n, 1, 1, '2024-11-12', '2024-11-09', 2 FROM generate_series(1, {count}) AS n"
    )


def add_design(small: Pipeline) -> None:
    small.shop("INSERT INTO design (design_name, file_location, file_name, last_updated) VALUES ('n', 'n', 'n', now())")


def test_a_deleted_fact_gets_a_deleted_version_and_leaves_the_current_view(small: Pipeline):
    small.run(PURCHASES)
    small.shop("DELETE FROM purchase_order WHERE purchase_order_id = 1")
    record = small.run(PURCHASES)["fact_purchase_order"]
    assert (record["rows_read"], record["rows_new"], record["rows_revised"], record["rows_deleted"]) == (0, 0, 0, 1)
    assert small.query(VERSIONS.format(1)) == [(10, False, False), (10, True, True)]
    assert small.query("SELECT purchase_order_id FROM fact_purchase_order_current") == [(2,)]
    assert small.held("fact_purchase_order") == small.expected("fact_purchase_order")
    assert small.query(
        "SELECT version, is_deleted, valid_to IS NULL FROM fact_purchase_order_history WHERE purchase_order_id = 1"
        " ORDER BY 1"
    ) == [(1, False, False), (2, True, True)]
    assert small.query(
        "SELECT l.rows_deleted FROM fact_purchase_order AS f JOIN etl_ledger AS l ON l.load_id = f._load_id"
        " WHERE f.is_deleted"
    ) == [(1,)]


def test_after_a_delete_the_next_run_is_quiet(small: Pipeline):
    small.run(PURCHASES)
    small.shop("DELETE FROM purchase_order WHERE purchase_order_id = 1")
    small.run(PURCHASES)
    assert small.plan(PURCHASES) == []
    assert small.run(Request(tables=PURCHASES.tables, mode="full"))["fact_purchase_order"]["rows_deleted"] == 0
    assert len(small.query(VERSIONS.format(1))) == 2


@pytest.mark.parametrize("quantity", [10, 77], ids=["as it was", "changed"])
def test_a_key_that_comes_back_is_current_again_with_its_history(small: Pipeline, quantity: int):
    small.run(PURCHASES)
    small.shop(
        "CREATE TEMPORARY TABLE kept AS SELECT * FROM purchase_order WHERE purchase_order_id = 1",
        "DELETE FROM purchase_order WHERE purchase_order_id = 1",
        "CREATE TABLE aside AS SELECT * FROM kept",
    )
    small.run(PURCHASES)
    small.shop(
        f"UPDATE aside SET item_quantity = {quantity} WHERE purchase_order_id = 1",
        "INSERT INTO purchase_order SELECT * FROM aside",
    )
    record = small.run(PURCHASES)["fact_purchase_order"]
    assert (record["rows_new"], record["rows_revised"], record["rows_deleted"]) == (0, 1, 0)
    assert small.query(VERSIONS.format(1)) == [(10, False, False), (10, False, True), (quantity, True, False)]
    assert small.held("fact_purchase_order") == small.expected("fact_purchase_order")


def test_a_deleted_dimension_row_is_marked_and_kept_and_comes_back(loaded: Pipeline):
    add_design(loaded)
    loaded.run(DESIGNS)
    loaded.shop("DELETE FROM design WHERE design_id = 3")
    assert loaded.run(DESIGNS)["dim_design"]["rows_deleted"] == 1
    assert loaded.query("SELECT design_id, design_name, is_deleted FROM dim_design ORDER BY 1")[2] == (3, "n", True)
    assert loaded.query("SELECT design_id FROM dim_design_current ORDER BY 1") == [(1,), (2,)]
    assert loaded.plan(DESIGNS) == []
    loaded.shop("INSERT INTO design VALUES (3, now(), 'again', 'n', 'n', now())")
    loaded.run(DESIGNS)
    rows = loaded.query("SELECT design_id, design_name, is_deleted FROM dim_design ORDER BY 1")
    assert rows[2] == (3, "again", False)


def test_an_inferred_member_is_never_gone(small: Pipeline):
    small.load(small.transform(small.extract("fact_sales_order")))
    small.shop("INSERT INTO staff VALUES (9, 'Di', 'No', 1, 'd@t', now(), now())")
    with psycopg.connect(small.loader) as connection:
        connection.execute("INSERT INTO dim_design SELECT 50, 'x', 'x', 'x', true, false, 'l', now(), now()")
    record = small.run(DESIGNS)["dim_design"]
    assert record["rows_deleted"] == 0
    assert small.query("SELECT is_inferred, is_deleted FROM dim_design WHERE design_id = 50") == [(True, False)]
    assert small.plan(DESIGNS) == [], "nor is it looked for"


def test_a_delete_and_an_insert_in_one_cycle_are_both_found(small: Pipeline):
    small.run(PURCHASES)
    buy(small, 1)
    small.shop("DELETE FROM purchase_order WHERE purchase_order_id = 2")
    record = small.run(PURCHASES)["fact_purchase_order"]
    assert (record["rows_new"], record["rows_deleted"]) == (1, 1)
    assert small.held("fact_purchase_order") == small.expected("fact_purchase_order")


def test_exactly_ten_of_a_small_table_may_go(small: Pipeline):
    buy(small, 10)
    small.run(PURCHASES)
    small.shop("DELETE FROM purchase_order WHERE purchase_order_id <= 10")
    assert small.run(PURCHASES)["fact_purchase_order"]["rows_deleted"] == 10
    assert small.held("fact_purchase_order") == small.expected("fact_purchase_order")


def test_more_than_ten_and_five_percent_are_withheld_until_somebody_says_so(small: Pipeline):
    buy(small, 200)
    small.run(PURCHASES)
    small.shop("DELETE FROM purchase_order WHERE purchase_order_id > 191")  # 11 of 202
    buy(small, 1)
    for rows_read in (1, 0):  # the next run says it again
        with pytest.raises(MassDeleteError) as caught:
            small.run(PURCHASES)
        assert caught.value.where == "fact_purchase_order"
        assert caught.value.found.startswith("11 rows")
        assert "allow_mass_delete" in caught.value.remedy
        assert small.query("SELECT count(*) FROM fact_purchase_order WHERE is_deleted") == [(0,)]
        assert small.query("SELECT count(*) FROM fact_purchase_order_current") == [(203,)], "all else is loaded"
        assert small.query("SELECT rows_read, rows_withheld FROM etl_ledger ORDER BY snapshot_at DESC LIMIT 1") == [
            (rows_read, 11)
        ]
    assert small.run(ALLOWED)["fact_purchase_order"]["rows_deleted"] == 11
    assert small.held("fact_purchase_order") == small.expected("fact_purchase_order")
    assert small.plan(PURCHASES) == []


def test_five_percent_of_a_larger_table_may_go_and_one_row_more_may_not(small: Pipeline):
    buy(small, 298)
    small.run(PURCHASES)
    small.shop("DELETE FROM purchase_order WHERE purchase_order_id <= 15")
    assert small.run(PURCHASES)["fact_purchase_order"]["rows_deleted"] == 15
    small.shop("DELETE FROM purchase_order WHERE purchase_order_id BETWEEN 16 AND 30")  # 15 of 285 are more
    with pytest.raises(MassDeleteError, match="15 rows"):
        small.run(PURCHASES)


def test_rows_that_return_by_themselves_end_the_complaint(small: Pipeline):
    buy(small, 20)
    small.run(PURCHASES)
    small.shop("CREATE TABLE aside AS SELECT * FROM purchase_order", "DELETE FROM purchase_order")
    with pytest.raises(MassDeleteError, match="22 rows"):
        small.run(PURCHASES)
    small.shop("INSERT INTO purchase_order SELECT * FROM aside")
    record = small.run(PURCHASES)["fact_purchase_order"]
    assert (record["rows_new"], record["rows_revised"], record["rows_deleted"]) == (0, 0, 0)
    assert small.held("fact_purchase_order") == small.expected("fact_purchase_order")


SEEMS_GONE = {
    "truncated": ("TRUNCATE purchase_order CASCADE", MassDeleteError),
    "rows hidden": ("ALTER TABLE purchase_order ENABLE ROW LEVEL SECURITY", SchemaDriftError),
    "grant revoked": ("REVOKE SELECT ON purchase_order FROM totes_reader", SchemaDriftError),
}


@pytest.mark.parametrize("name", SEEMS_GONE)
def test_what_looks_like_deletes_deletes_nothing_and_the_other_tables_go_on(small: Pipeline, name: str):
    statement, error = SEEMS_GONE[name]
    buy(small, 20)
    small.run()
    before = small.query("SELECT * FROM fact_purchase_order ORDER BY 1")
    with psycopg.connect(small.owner) as owner:
        owner.execute(statement)
        owner.execute("UPDATE design SET file_name = 'other' WHERE design_id = 1")
    planned = small.plan()
    assert {"fact_purchase_order", "dim_design"} <= set(planned)
    with pytest.raises(error) as caught:
        small.run(PURCHASES)
    assert "purchase_order" in str(caught.value)
    assert small.query("SELECT * FROM fact_purchase_order ORDER BY 1") == before
    small.run(DESIGNS)
    assert small.held("dim_design") == small.expected("dim_design")


def test_of_a_large_table_the_keys_are_compared_when_they_are_due(small: Pipeline, monkeypatch):
    monkeypatch.setattr(postgres, "KEYS_EVERY_CYCLE", -2)
    small.run(PURCHASES)
    small.shop("DELETE FROM purchase_order WHERE purchase_order_id = 1")
    assert small.plan(PURCHASES) == [], "not yet"
    buy(small, 1)
    assert small.run(PURCHASES)["fact_purchase_order"]["rows_deleted"] == 0
    with psycopg.connect(small.loader) as connection:
        connection.execute("UPDATE etl_watermark SET keys_at = keys_at - interval '26 minutes'")
    assert small.plan(PURCHASES) == ["fact_purchase_order"]
    assert small.run(PURCHASES)["fact_purchase_order"]["rows_deleted"] == 1
    assert small.plan(PURCHASES) == []


@pytest.fixture
def large(small: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Two purchase orders in a large table, whose keys are due."""
    monkeypatch.setattr(postgres, "KEYS_EVERY_CYCLE", -2)
    small.run(PURCHASES)
    make_due(small)
    return small


def make_due(small: Pipeline) -> None:
    with psycopg.connect(small.loader) as connection:
        connection.execute("UPDATE etl_watermark SET keys_at = keys_at - interval '26 minutes'")


def keys_landed(large: Pipeline) -> list[bool]:
    """Of the loads, oldest first, whether they brought the keys of all rows."""
    return [
        large.raw.manifest(f"raw/totesys/purchase_order/date={at:%Y-%m-%d}/load_id={load_id}/manifest.json").keys
        is not None
        for load_id, at in large.query("SELECT load_id, snapshot_at FROM etl_ledger ORDER BY snapshot_at")
    ]


def test_the_keys_of_a_large_table_do_not_travel_while_no_row_is_gone(large: Pipeline):
    assert large.plan(PURCHASES) == []
    ((behind_s,),) = large.query("SELECT extract(epoch FROM now() - keys_at) FROM etl_watermark")
    assert behind_s < 60, "that none is gone is noted"
    make_due(large)
    buy(large, 3)
    large.shop("UPDATE purchase_order SET item_quantity = 99 WHERE purchase_order_id = 1")
    assert large.run(PURCHASES)["fact_purchase_order"]["rows_new"] == 3
    assert keys_landed(large) == [False, False]


def test_a_row_gone_from_a_large_table_is_found_beside_new_and_revised_ones(large: Pipeline):
    buy(large, 1)
    large.shop(
        "UPDATE purchase_order SET item_quantity = 99 WHERE purchase_order_id = 1",
        "DELETE FROM purchase_order WHERE purchase_order_id = 2",
    )
    record = large.run(PURCHASES)["fact_purchase_order"]
    assert (record["rows_new"], record["rows_revised"], record["rows_deleted"]) == (1, 1, 1)
    assert keys_landed(large) == [False, True]
    assert large.held("fact_purchase_order") == large.expected("fact_purchase_order")


def test_a_row_set_aside_in_a_large_table_is_not_taken_for_a_new_one(large: Pipeline):
    buy(large, 1)
    large.shop("UPDATE purchase_order SET agreed_payment_date = '2024-13-01' WHERE purchase_order_id = 3")
    large.run(PURCHASES)
    for statement in ("UPDATE purchase_order SET item_quantity = 99 WHERE purchase_order_id = 3", "SELECT 1"):
        make_due(large)
        large.shop(statement)
        large.run(PURCHASES)
        assert set(keys_landed(large)) == {False}
    make_due(large)
    large.shop("DELETE FROM purchase_order WHERE purchase_order_id = 3")
    large.run(PURCHASES)
    assert large.query("SELECT count(*) FROM etl_quarantine WHERE resolved_at IS NULL") == [(0,)]


def test_more_changes_than_are_counted_bring_the_keys(large: Pipeline, monkeypatch):
    monkeypatch.setattr(deletes, "_MOST_CHANGED", 2)
    buy(large, 3)
    large.run(PURCHASES)
    assert keys_landed(large) == [False, True]


def test_a_full_comparison_finds_deletes_in_a_large_table_at_once(small: Pipeline, monkeypatch):
    monkeypatch.setattr(postgres, "KEYS_EVERY_CYCLE", -2)
    small.run(PURCHASES)
    small.shop("DELETE FROM purchase_order WHERE purchase_order_id = 1")
    full = Request(tables=PURCHASES.tables, mode="full")
    assert small.run(full)["fact_purchase_order"]["rows_deleted"] == 1


def test_a_backfill_deletes_nothing(small: Pipeline):
    small.run(PURCHASES)
    small.shop("DELETE FROM purchase_order WHERE purchase_order_id = 1")
    window = {"window_start": "2024-11-01T00:00:00+00:00", "window_end": "2024-11-02T00:00:00+00:00"}
    request = {"tables": list(PURCHASES.tables), "mode": "backfill", "allow_mass_delete": False, **window}
    record = small.run(Request.from_record(request))["fact_purchase_order"]
    assert (record["rows_read"], record["rows_deleted"]) == (1, 0)
    assert small.plan(PURCHASES) == ["fact_purchase_order"]
