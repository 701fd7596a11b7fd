"""Source and warehouse compared by counts and checksums: equal, different, moved on; when due; what is stored."""

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from include import checks, slices, steps
from include.catalog import SOURCE_FED
from include.source import postgres
from tests.pipeline import NAMES, Pipeline


@pytest.fixture
def small(loaded: Pipeline) -> Pipeline:
    return loaded


def check(small: Pipeline, *tables: str) -> list[dict[str, Any]]:
    with small.reading() as source, small.loading() as warehouse:
        return steps.verify(source, warehouse, tables or NAMES)


def outcome(small: Pipeline, table: str) -> str:
    (found,) = check(small, table)
    return str(found["outcome"])


def tamper(small: Pipeline, statement: str) -> None:
    with psycopg.connect(small.loader) as connection:
        assert connection.execute(statement).rowcount == 1


def test_all_tables_are_equal_after_a_load_and_it_is_stored(small: Pipeline):
    found = check(small)
    assert {item["table_name"] for item in found} == set(NAMES)
    for item in found:
        assert item["outcome"] == "equal"
        assert item["source_rows"] == item["warehouse_rows"] == len(small.expected(item["table_name"])) > 0
        assert max(value for value in item.values() if isinstance(value, int)) < 2**63, "no XCom carries more"
    stored = small.query("SELECT table_name, outcome, source_rows, warehouse_rows FROM etl_check ORDER BY check_id")
    sums = small.query("SELECT source_checksum, warehouse_checksum FROM etl_check WHERE source_rows > 0")
    assert all(here == there > 0 for here, there in sums)
    assert stored == [
        tuple(item[n] for n in ("table_name", "outcome", "source_rows", "warehouse_rows")) for item in found
    ]


def test_the_demos_tables_are_equal_too(demo: Pipeline):
    demo.run()
    assert {item["outcome"] for item in check(demo)} == {"equal"}


TAMPERED = {
    "a number": "UPDATE fact_sales_order SET units_sold = units_sold + 1 WHERE sales_order_id = 2",
    "a cent": "UPDATE fact_payment SET payment_amount = payment_amount + 0.01 WHERE payment_id = 2",
    "a millisecond": ("UPDATE fact_payment SET created_time = created_time + interval '1 ms' WHERE payment_id = 2"),
    "a text": "UPDATE dim_staff SET location = 'Leeds' WHERE staff_id = 1",
    "NULL for an empty text": "UPDATE dim_location SET district = NULL WHERE location_id = 1",
    "a flag": "UPDATE fact_payment SET is_deleted = true WHERE payment_id = 2",
    "a member's flag": "UPDATE dim_currency SET is_deleted = true WHERE currency_id = 2",
    "a row too few": "DELETE FROM fact_payment WHERE payment_id = 3",
    "a row too many": (
        "INSERT INTO dim_design SELECT 99, design_name, file_location, file_name, false, false, _load_id, now(), now()"
        " FROM dim_design WHERE design_id = 1"
    ),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_one_value_tampered_with_is_a_difference(small: Pipeline, name: str, caplog):
    statement = TAMPERED[name]
    table = next(word for word in statement.split() if word.startswith(("fact_", "dim_")))
    assert outcome(small, table) == "equal"
    with psycopg.connect(small.loader) as connection:
        connection.execute("UPDATE etl_check SET checked_at = checked_at - interval '31 minutes'")
    tamper(small, statement)
    assert outcome(small, table) == "different"
    assert any(
        record.levelname == "WARNING" and f"table_name={table} outcome=different" in record.getMessage()
        for record in caplog.records
    )


def test_two_values_swapped_between_rows_are_a_difference(small: Pipeline):
    with psycopg.connect(small.loader) as connection:
        connection.execute("UPDATE fact_sales_order SET units_sold = 3000 - units_sold WHERE sales_order_id IN (1, 2)")
    assert outcome(small, "fact_sales_order") == "different"


def test_older_versions_and_inferred_members_do_not_count(small: Pipeline):
    small.shop("UPDATE sales_order SET units_sold = 1 WHERE sales_order_id = 1")
    small.run()
    with psycopg.connect(small.loader) as connection:
        connection.execute("INSERT INTO dim_design SELECT 50, 'x', 'x', 'x', true, false, 'l', now(), now()")
    assert outcome(small, "fact_sales_order") == outcome(small, "dim_design") == "equal"


def test_a_source_that_has_moved_on_is_not_compared(small: Pipeline):
    small.shop("UPDATE payment SET paid = true WHERE payment_id = 1")
    (found,) = check(small, "fact_payment")
    assert (found["outcome"], found["source_rows"]) == ("moved on", None)
    small.run()
    assert outcome(small, "fact_payment") == "equal"


def test_a_joined_row_that_has_moved_on_counts_too(small: Pipeline):
    small.shop("UPDATE department SET location = 'Wigan' WHERE department_id = 1")
    assert outcome(small, "dim_staff") == "moved on"


def test_an_equal_table_is_due_again_after_half_an_hour(small: Pipeline):
    assert timedelta(minutes=30) == checks.CHECK_EVERY
    assert outcome(small, "fact_payment") == "equal"
    assert check(small, "fact_payment") == []
    for minutes, due in ((29, False), (2, True)):
        with psycopg.connect(small.loader) as connection:
            connection.execute(f"UPDATE etl_check SET checked_at = checked_at - interval '{minutes} minutes'")
        assert bool(check(small, "fact_payment")) is due


def test_after_a_difference_the_next_run_checks_again(small: Pipeline):
    tamper(small, TAMPERED["a number"])
    assert outcome(small, "fact_sales_order") == "different"
    assert outcome(small, "fact_sales_order") == "different"
    tamper(small, "UPDATE fact_sales_order SET units_sold = 2000 WHERE sales_order_id = 2")
    assert outcome(small, "fact_sales_order") == "equal"
    assert check(small, "fact_sales_order") == []


def test_quarantined_rows_are_left_out_on_both_sides(small: Pipeline):
    small.shop(
        "UPDATE sales_order SET agreed_payment_date = '2024-13-01', units_sold = 8 WHERE sales_order_id = 3",
        "UPDATE sales_order SET units_sold = 9 WHERE sales_order_id = 4",
    )
    small.run()
    (found,) = check(small, "fact_sales_order")
    assert (found["outcome"], found["source_rows"], found["warehouse_rows"]) == ("equal", 3, 3)


def test_deleted_rows_are_equal_once_the_delete_is_loaded(small: Pipeline):
    small.shop("DELETE FROM payment WHERE payment_id = 4")
    assert outcome(small, "fact_payment") == "different", "a delete leaves no trace that would say moved on"
    small.run()
    assert outcome(small, "fact_payment") == "equal"


def test_a_table_that_was_never_loaded_is_not_checked(pipeline: Pipeline):
    assert check(pipeline) == []


def test_what_cannot_be_compared_says_so_and_the_others_are_checked(small: Pipeline):
    with psycopg.connect(small.owner) as owner:
        owner.execute("ALTER TABLE design RENAME file_name TO name_of_file")
    found = {item["table_name"]: item["outcome"] for item in check(small)}
    assert len(found) == len(SOURCE_FED)
    assert found.pop("dim_design") == "impossible: UndefinedColumn"
    assert set(found.values()) == {"equal"}


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TABLE payment",
        "REVOKE SELECT ON payment FROM totes_reader",
        "ALTER TABLE payment ENABLE ROW LEVEL SECURITY",
    ],
)
def test_a_table_that_cannot_be_read_says_so_and_the_others_are_checked(small: Pipeline, statement: str):
    with psycopg.connect(small.owner) as owner:
        owner.execute(statement)
    found = {item["table_name"]: item["outcome"] for item in check(small)}
    assert found.pop("fact_payment").startswith("impossible: ")
    assert set(found.values()) == {"equal"}
    assert len(found) == len(SOURCE_FED) - 1


@pytest.fixture
def large(small: Pipeline, monkeypatch: pytest.MonkeyPatch) -> Pipeline:
    """Every table is large, and two rows are a slice."""
    monkeypatch.setattr(postgres, "KEYS_EVERY_CYCLE", -2)
    monkeypatch.setattr(slices, "ROWS", 2)
    return small


def later(small: Pipeline) -> None:
    with psycopg.connect(small.loader) as connection:
        connection.execute("UPDATE etl_check SET checked_at = checked_at - interval '31 minutes'")


def found(large: Pipeline) -> tuple[Any, ...]:
    (check_,) = check(large, "fact_sales_order")
    later(large)
    return tuple(check_[name] for name in ("outcome", "after_key", "upto_key", "source_rows", "warehouse_rows"))


def test_a_large_table_is_compared_slice_by_slice_and_then_from_its_beginning_again(large: Pipeline):
    assert [found(large) for _ in range(4)] == [
        ("equal", None, 2, 2, 2),
        ("equal", 2, 4, 2, 2),
        ("equal", 4, None, 0, 0),
        ("equal", None, 2, 2, 2),
    ]


def test_a_slice_that_differs_is_compared_again_until_it_does_not(large: Pipeline):
    tamper(large, "UPDATE fact_sales_order SET units_sold = 7 WHERE sales_order_id = 3")
    assert [found(large)[:2] for _ in range(3)] == [("equal", None), ("different", 2), ("different", 2)]
    tamper(large, "UPDATE fact_sales_order SET units_sold = 3000 WHERE sales_order_id = 3")
    assert [found(large)[:2] for _ in range(2)] == [("equal", 2), ("equal", 4)]


def test_of_a_slice_the_rows_with_changes_to_be_read_are_left_out(large: Pipeline):
    large.shop("UPDATE sales_order SET units_sold = 7 WHERE sales_order_id IN (1, 4)")
    assert found(large) == ("equal", None, 2, 1, 1)
    tamper(large, "UPDATE fact_sales_order SET units_sold = 8 WHERE sales_order_id = 3")
    assert found(large) == ("different", 2, 4, 1, 1)


def test_rows_that_the_warehouse_has_too_many_of_behind_the_last_key_are_seen(large: Pipeline):
    tamper(large, "UPDATE fact_sales_order SET sales_order_id = 99 WHERE sales_order_id = 4 AND is_current")
    assert [found(large)[:2] for _ in range(3)] == [("equal", None), ("different", 2), ("different", 2)]


def test_a_delete_in_a_large_table_is_no_difference_before_it_was_looked_for(large: Pipeline):
    large.shop("DELETE FROM payment WHERE payment_id = 2")
    assert outcome(large, "fact_payment") == "moved on"
    assert outcome(large, "fact_payment") == "equal", "the next slice"


def test_a_large_table_with_joined_rows_is_compared_once_they_were_read(large: Pipeline):
    large.shop("UPDATE department SET location = 'Wigan' WHERE department_id = 1")
    assert outcome(large, "dim_staff") == "moved on"
    large.run()
    assert outcome(large, "dim_staff") == "equal"
