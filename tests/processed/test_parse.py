"""Every kind of value: taken exactly, or refused on its own."""

from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.processed.parse import expected, parse
from tests.processed.tables import COLUMNS, DIM_SHOP


def parsed(column: str, *texts: str | None) -> list[object]:
    """The values of texts none of which is refused."""
    result = parse(DIM_SHOP, COLUMNS[column], pa.array(texts, pa.string()))
    assert result.refused is None
    return result.values.to_pylist()


def refused(column: str, *texts: str | None) -> list[bool]:
    """Which texts are refused."""
    return parse(DIM_SHOP, COLUMNS[column], pa.array(texts, pa.string())).refused.to_pylist()


GOOD = [
    ("shop_id", "2147483647", 2147483647),
    ("shop_id", "-2147483648", -2147483648),
    ("name", "", ""),
    ("name", "O'Hara 🧵\n", "O'Hara 🧵\n"),
    ("price", "99999999.99", Decimal("99999999.99")),
    ("price", "-0.01", Decimal("-0.01")),
    ("price", "3", Decimal("3.00")),
    ("open", "t", True),
    ("open", "f", False),
    ("opens_on", "2024-02-29", date(2024, 2, 29)),
    ("opens_on", "1999-12-31", date(1999, 12, 31)),
    ("made_date", "2024-11-01 23:59:59.999", date(2024, 11, 1)),
    ("made_date", "1969-12-31 23:59:59.999", date(1969, 12, 31)),
    ("made_time", "2024-11-01 23:59:59.999", time(23, 59, 59, 999000)),
    ("made_time", "1969-12-31 23:59:59.999", time(23, 59, 59, 999000)),
    ("made_time", "2024-11-01 09:00:00", time(9)),
    ("made_at", "2024-11-01 09:00:00.123", datetime(2024, 11, 1, 9, 0, 0, 123000)),  # noqa: DTZ001  the source has none
]


@pytest.mark.parametrize(("column", "text", "value"), GOOD)
def test_a_value_is_taken_as_it_is(column: str, text: str, value: object):
    assert parsed(column, text) == [value]


BAD = [
    ("shop_id", "2147483648"),
    ("shop_id", "1.0"),
    ("shop_id", ""),
    ("shop_id", "one"),
    ("price", "123456789.00"),
    ("price", "1.234"),
    ("price", "NaN"),
    ("price", "Infinity"),
    ("price", "12,50"),
    ("open", "true"),
    ("open", ""),
    ("opens_on", "2024-13-01"),
    ("opens_on", "2023-02-29"),
    ("opens_on", "2024-1-01"),
    ("opens_on", "01/02/2024"),
    ("opens_on", "2024-01-01 10:00:00"),
    ("opens_on", " 2024-01-01"),
    ("opens_on", "infinity"),
    ("opens_on", "0044-03-15 BC"),
    ("opens_on", ""),
    ("made_date", "infinity"),
    ("made_time", "-infinity"),
    ("made_at", "2024-11-01 25:00:00"),
    ("made_at", "0044-03-15 10:00:00 BC"),
]


@pytest.mark.parametrize(("column", "text"), BAD)
def test_a_value_that_does_not_fit_is_refused_and_the_others_are_not(column: str, text: str):
    good = {"open": "t", "price": "1.00", "shop_id": "1", "opens_on": "2024-01-01"}.get(column, "2024-01-01 00:00:00")
    assert refused(column, good, text, good, text) == [False, True, False, True]
    values = parse(DIM_SHOP, COLUMNS[column], pa.array([good, text], pa.string())).values.to_pylist()
    assert values == [*parsed(column, good), None]


FORMS = {
    "shop_id": "a whole number of 32 bits, never NULL",
    "price": "a finite number of at most 10 digits, 2 of them decimals, never NULL",
    "open": "t or f, never NULL",
    "opens_on": "a day as YYYY-MM-DD, never NULL",
    "made_time": "an instant as YYYY-MM-DD HH:MM:SS, never NULL",
}


@pytest.mark.parametrize("column", FORMS)
def test_the_form_that_was_expected_is_told(column: str):
    assert expected(COLUMNS[column]) == FORMS[column]


def test_a_listed_text_is_taken_and_any_other_refused():
    listed = replace(COLUMNS["name"], allowed=("Ace", "Bolt"), nullable=True)
    result = parse(DIM_SHOP, listed, pa.array(["Ace", "ace", "Bolt ", None, "", "Bolt"], pa.string()))
    assert result.refused.to_pylist() == [False, True, True, False, True, False]
    assert expected(listed) == "one of Ace, Bolt"


def test_of_many_values_each_bad_one_is_refused_and_no_other():
    texts = [*(f"bad {number}" for number in range(9)), "bad 0", "2024-01-01", None]
    assert refused("opens_on", *texts) == [*[True] * 10, False, True]


@pytest.mark.parametrize("column", [name for name, column in COLUMNS.items() if column.null_as is None])
def test_null_is_refused_where_none_is_allowed(column: str):
    assert refused(column, None, None) == [True, True]
    assert expected(COLUMNS[column]).endswith(", never NULL")


@pytest.mark.parametrize("column", COLUMNS)
def test_null_stays_null_where_it_is_allowed(column: str):
    allowed = replace(COLUMNS[column], nullable=True, null_as=None)
    result = parse(DIM_SHOP, allowed, pa.array([None, None], pa.string()))
    assert (result.values.to_pylist(), result.refused) == ([None, None], None)


def test_null_and_an_empty_text_stay_two_things():
    allowed = replace(COLUMNS["name"], nullable=True)
    result = parse(DIM_SHOP, allowed, pa.array([None, ""], pa.string()))
    assert (result.values.to_pylist(), result.refused) == ([None, ""], None)


def test_null_gets_the_declared_words_and_an_empty_text_does_not():
    assert parsed("zip", None, "", "LS1") == ["Unknown", "", "LS1"]


@pytest.mark.parametrize("column", COLUMNS)
def test_no_rows_are_no_values(column: str):
    assert parsed(column) == []


@given(st.lists(st.decimals(-99999999, 99999999, places=2)))
def test_money_is_exact(amounts: list[Decimal]):
    assert parsed("price", *(f"{amount:f}" for amount in amounts)) == amounts


@given(st.lists(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31, 23, 59, 59))))  # noqa: DTZ001  the source has none
def test_the_day_and_the_time_of_an_instant_are_its_own(instants: list[datetime]):
    texts = [f"{instant:%Y}".zfill(4) + f"{instant:-%m-%d %H:%M:%S.%f}" for instant in instants]
    assert parsed("made_date", *texts) == [instant.date() for instant in instants]
    assert parsed("made_time", *texts) == [instant.time() for instant in instants]
