"""The calendar covers what is to come, and whatever a fact uses."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tests.pipeline import Pipeline

SAMPLES = [
    (date(2024, 1, 1), 2024, 1, 1, 1, "Monday", "January", 1),
    (date(2024, 2, 29), 2024, 2, 29, 4, "Thursday", "February", 1),
    (date(2023, 12, 31), 2023, 12, 31, 7, "Sunday", "December", 4),
    (date(2024, 9, 7), 2024, 9, 7, 6, "Saturday", "September", 3),
    (date(2020, 6, 30), 2020, 6, 30, 2, "Tuesday", "June", 2),
]


@pytest.fixture
def loaded(small: Pipeline) -> Pipeline:
    """A warehouse after the first load of one dimension."""
    small.load(small.transform(small.extract("dim_design")))
    return small


def test_it_runs_from_2020_to_more_than_two_years_ahead_without_a_gap(loaded: Pipeline):
    days = [day for (day,) in loaded.query("SELECT date_id FROM dim_date ORDER BY 1")]
    assert days[0] == date(2020, 1, 1)
    assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
    assert days[-1] > datetime.now(UTC).date() + timedelta(days=2 * 366)
    assert (days[-1].month, days[-1].day) == (12, 31)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: str(sample[0]))
def test_a_day_is_described(loaded: Pipeline, sample: tuple):
    assert loaded.query(f"SELECT * FROM dim_date WHERE date_id = '{sample[0]}'") == [sample]


def test_every_day_agrees_with_python(loaded: Pipeline):
    rows = loaded.query("SELECT * FROM dim_date")
    assert len(rows) > 3000
    for day, *described in rows:
        names = (day.strftime("%A"), day.strftime("%B"))
        assert described == [day.year, day.month, day.day, day.isoweekday(), *names, (day.month + 2) // 3]


def test_the_next_load_adds_nothing(loaded: Pipeline):
    before = loaded.query("SELECT xmin, date_id FROM dim_date ORDER BY 2")
    loaded.load(loaded.transform(loaded.extract("fact_payment")))
    assert loaded.query("SELECT xmin, date_id FROM dim_date ORDER BY 2") == before


@pytest.mark.parametrize("day", ["1999-12-31", "2051-06-15", "9999-12-31", "0001-01-01"])
def test_a_fact_may_use_a_day_far_outside(small: Pipeline, day: str):
    small.shop(f"UPDATE sales_order SET agreed_delivery_date = '{day}' WHERE sales_order_id = 2")
    small.load(small.transform(small.extract("fact_sales_order")))
    assert small.held("fact_sales_order") == small.expected("fact_sales_order")
    assert small.query(f"SELECT count(*), min(day_of_week) FROM dim_date WHERE date_id = '{day}'") == [
        (1, date.fromisoformat(day).isoweekday())
    ]
