"""Merged days held against those that the warehouse has."""

from datetime import date, timedelta

import pyarrow as pa
import pytest

from include.errors import ContractError
from include.processed.covid import refuse_lost_history
from include.processed.covid.merge import SCHEMA

FIRST = date(2020, 1, 22)


def days(count: int, first: date = FIRST, without: tuple[int, ...] = ()) -> pa.Table:
    """So many days one by one, but for those at some positions."""
    dates = [first + timedelta(days=number) for number in range(count) if number not in without]
    return pa.table(
        {"date": dates, "cases": [1] * len(dates), "deaths": [0] * len(dates), "recovered": [0] * len(dates)}, SCHEMA
    )


def held_against(held: int, received: pa.Table) -> None:
    """Hold days against so many from the first on."""
    refuse_lost_history(FIRST, FIRST + timedelta(days=held - 1), held, received)


def refusal(held: int, received: pa.Table) -> ContractError:
    """What is raised."""
    with pytest.raises(ContractError) as caught:
        held_against(held, received)
    return caught.value


@pytest.mark.parametrize(
    ("held", "received"), [(1, days(1)), (100, days(100)), (100, days(112)), (99, days(101, FIRST - timedelta(days=2)))]
)
def test_the_same_days_or_more_are_accepted(held: int, received: pa.Table):
    held_against(held, received)


@pytest.mark.parametrize("position", [0, 4])
def test_one_vanished_day_is_accepted_as_vanished(position: int):
    held_against(9, days(9, without=(position,)))


@pytest.mark.parametrize(("held", "most"), [(9, 1), (39, 1), (40, 2), (60, 3), (1158, 3)])
def test_more_vanish_up_to_a_twentieth_and_three_days(held: int, most: int):
    held_against(held, days(held, without=tuple(range(most))))
    error = refusal(held, days(held, without=tuple(range(most + 1))))
    assert error.expected == f"at most {most} of them gone"


def test_days_that_were_not_held_make_up_for_none():
    assert "(check: history)" in refusal(100, days(300, without=tuple(range(4)))).found
    assert "(check: history)" in refusal(100, days(300, FIRST - timedelta(days=50), without=tuple(range(50, 54)))).found


def test_vanished_history_is_refused_with_its_count_and_days():
    error = refusal(131, days(1, FIRST + timedelta(days=130)))
    assert error.where == (
        "us.csv (New York Times) joined with time-series-19-covid-combined.csv (Johns Hopkins), column date"
    )
    assert error.found == (
        "130 of the 131 days held from 2020-01-22 to 2020-05-31 are gone, the first day is 2020-05-31 (check: history)"
    )
    assert "the last good data stays" in error.remedy


@pytest.mark.parametrize("received", [99, 98])
def test_a_newest_day_that_goes_backwards_is_refused(received: int):
    error = refusal(100, days(received))
    newest = FIRST + timedelta(days=received - 1)
    assert error.found == f"{newest} as the newest day (check: newest day)"
    assert error.expected == "2020-04-30, the newest day held, or later"


def test_no_day_at_all_is_refused():
    assert refusal(1, days(0)).found == "no day as the newest day (check: newest day)"
