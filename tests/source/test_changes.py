"""What counts as changed: whatever commits after a snapshot, however, and nothing but what the role may read."""

import psycopg
import pytest

from include.catalog import TABLES
from include.source.selection import ChangedSince, Everything
from tests.source.reading import has_changes, keys_since, position, read

PAYMENT = TABLES["fact_payment"]
STAFF = TABLES["dim_staff"]


@pytest.fixture
def owner(shop):
    """A connection of the shop's own, to commit when the test says so."""
    with psycopg.connect(shop.owner) as connection:
        yield connection


def pay(connection, payment_id: int, last_updated: str = "last_updated") -> None:
    connection.execute(
        f"UPDATE payment SET paid = NOT paid, last_updated = {last_updated} WHERE payment_id = {payment_id}"
    )


def test_nothing_has_changed_where_nothing_was_written(shop):
    before = position(shop.reader)
    assert keys_since(shop.reader, PAYMENT, before) == []
    assert not has_changes(shop.reader, PAYMENT, before)


def test_an_edit_and_an_insert_are_found(shop, owner):
    before = position(shop.reader)
    pay(owner, 2)
    owner.execute("INSERT INTO currency (currency_code, last_updated) VALUES ('EUR', now())")
    owner.commit()
    assert keys_since(shop.reader, PAYMENT, before) == [2]
    assert keys_since(shop.reader, TABLES["dim_currency"], before) == [3]
    assert has_changes(shop.reader, PAYMENT, before)
    assert not has_changes(shop.reader, STAFF, before)


def test_a_transaction_open_during_the_snapshot_is_found_after_it_commits(shop, owner):
    pay(owner, 1)
    with psycopg.connect(shop.owner) as other:
        pay(other, 3)  # a later transaction, which commits first
    before = position(shop.reader)
    assert keys_since(shop.reader, PAYMENT, before) == [3], "written after the oldest open one: read again"
    owner.commit()
    assert keys_since(shop.reader, PAYMENT, before) == [1, 3]


def test_a_transaction_that_began_before_two_snapshots_is_found_by_the_third(shop, owner):
    pay(owner, 1)
    position(shop.reader)
    second = position(shop.reader)
    owner.commit()
    assert keys_since(shop.reader, PAYMENT, second) == [1]


def test_edits_under_savepoints_are_found(shop, owner):
    before = position(shop.reader)
    pay(owner, 1)
    for number in (2, 3):
        with owner.transaction():  # a savepoint each
            pay(owner, number)
    with owner.transaction(force_rollback=True):
        pay(owner, 4)
    during = position(shop.reader)
    owner.commit()
    assert keys_since(shop.reader, PAYMENT, before) == [1, 2, 3]
    assert keys_since(shop.reader, PAYMENT, during) == [1, 2, 3]


def test_a_rolled_back_edit_is_none(shop, owner):
    before = position(shop.reader)
    pay(owner, 1)
    owner.rollback()
    assert keys_since(shop.reader, PAYMENT, before) == []


@pytest.mark.parametrize(
    "stamp", ["last_updated", "'1999-01-01'", "'2999-12-31'", "'-infinity'", "last_updated - interval '1 ms'"]
)
def test_the_shops_own_stamp_does_not_matter(shop, owner, stamp: str):
    before = position(shop.reader)
    pay(owner, 2, stamp)
    owner.commit()
    assert keys_since(shop.reader, PAYMENT, before) == [2]


def test_edits_of_different_rows_with_one_stamp_lose_none(shop, owner):
    pay(owner, 1, "'2024-11-08 07:55:00.000'")
    owner.commit()
    before = position(shop.reader)
    pay(owner, 2, "'2024-11-08 07:55:00.000'")
    owner.commit()
    assert keys_since(shop.reader, PAYMENT, before) == [2]


def test_an_edit_back_to_the_old_value_is_read(shop, owner):
    before = position(shop.reader)
    for _ in range(2):
        pay(owner, 2)
        owner.commit()
    assert keys_since(shop.reader, PAYMENT, before) == [2]


def test_a_vacuum_that_freezes_rows_changes_nothing(shop):
    before = position(shop.reader)
    with psycopg.connect(shop.owner, autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE) payment")
    assert keys_since(shop.reader, PAYMENT, before) == []


def test_a_cascading_key_change_is_found_in_the_table_that_it_rewrote(shop, owner):
    before = position(shop.reader)
    owner.execute("UPDATE department SET department_id = 9 WHERE department_id = 1")
    owner.commit()
    assert keys_since(shop.reader, STAFF, before) == [1, 2]


def test_an_edit_of_a_department_alone_reads_exactly_its_staff(shop, owner):
    before = position(shop.reader)
    owner.execute("UPDATE department SET location = 'Wigan' WHERE department_id = 1")
    owner.commit()
    assert has_changes(shop.reader, STAFF, before)
    assert keys_since(shop.reader, STAFF, before) == [1, 2]


def test_an_edit_of_an_address_alone_reads_exactly_its_firms(shop, owner):
    before = position(shop.reader)
    owner.execute("UPDATE address SET city = 'Wigan' WHERE address_id = 2")
    owner.commit()
    assert keys_since(shop.reader, TABLES["dim_counterparty"], before) == [2, 3]


def test_an_edit_of_a_department_without_staff_reads_no_staff(shop, owner):
    before = position(shop.reader)
    owner.execute("UPDATE department SET location = 'Wigan' WHERE department_id = 3")
    owner.commit()
    assert keys_since(shop.reader, STAFF, before) == []


def test_the_lookup_rows_travel_that_the_changed_rows_refer_to_and_no_others(shop, owner):
    before = position(shop.reader)
    owner.execute("UPDATE staff SET last_name = 'New' WHERE staff_id = 3")
    owner.commit()
    _, rows = read(shop.reader, STAFF, ChangedSince(before.xmin))
    assert [row["staff_id"] for row in rows["staff"]] == ["3"]
    assert [row["department_id"] for row in rows["department"]] == ["2"]


def test_a_first_read_takes_all_rows_and_the_lookup_rows_that_they_refer_to(shop):
    _, rows = read(shop.reader, STAFF, Everything())
    assert [row["staff_id"] for row in rows["staff"]] == ["1", "2", "3"]
    assert [row["department_id"] for row in rows["department"]] == ["1", "2"], "the third has no staff"
