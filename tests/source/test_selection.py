"""A backfill's window."""

from datetime import UTC, datetime, timedelta, timezone

import psycopg
import pytest

from include.catalog import TABLES
from include.source.selection import StampedWithin
from tests.source.reading import read

PAYMENT = TABLES["fact_payment"]
START = datetime(2024, 11, 4, 8, tzinfo=UTC)
END = START + timedelta(hours=1)
STAMPS = {
    1: "2024-11-04 07:59:59.999",
    2: "2024-11-04 08:00:00.000",
    3: "2024-11-04 08:59:59.999",
    4: "2024-11-04 09:00:00.000",
}


@pytest.fixture
def stamped(shop):
    """A shop whose four payments are stamped around and within the window."""
    with psycopg.connect(shop.owner) as owner:
        for payment_id, stamp in STAMPS.items():
            owner.execute("UPDATE payment SET last_updated = %s WHERE payment_id = %s", [stamp, payment_id])
        owner.execute("UPDATE staff SET last_updated = '2024-11-04 08:30' WHERE staff_id = 3")
        owner.execute("UPDATE department SET last_updated = '2024-11-04 08:30' WHERE department_id = 1")
    return shop


def within(shop, start: datetime, end: datetime) -> list[str]:
    _, rows = read(shop.reader, PAYMENT, StampedWithin(start, end))
    return [row["payment_id"] for row in rows["payment"]]


def test_a_window_holds_its_start_and_not_its_end(stamped):
    assert within(stamped, START, END) == ["2", "3"]


def test_two_windows_that_meet_hold_each_row_once(stamped):
    middle = START + timedelta(minutes=59, seconds=59, milliseconds=999)
    assert within(stamped, START, middle) + within(stamped, middle, END) == ["2", "3"]


@pytest.mark.parametrize("hours", [-5, 2])
def test_a_window_is_the_same_in_any_time_zone(stamped, hours: int):
    zone = timezone(timedelta(hours=hours))
    assert within(stamped, START.astimezone(zone), END.astimezone(zone)) == ["2", "3"]


def test_a_row_is_in_the_window_by_its_lookups_stamp_too(stamped):
    _, rows = read(stamped.reader, TABLES["dim_staff"], StampedWithin(START, END))
    assert [row["staff_id"] for row in rows["staff"]] == ["1", "2", "3"]
