"""What is odd and yet happens: told once each, with the place, and the table is made all the same."""

import pytest

from include.processed.covid import JHU, NYT, Check, Finding, merge
from tests.processed.covid.files import GOOD_JHU, GOOD_NYT, TODAY, changed, without


def merged(nyt: bytes = GOOD_NYT.encode(), jhu: bytes = GOOD_JHU.encode()) -> tuple[list[object], tuple[Finding, ...]]:
    """The recovered of each day, and the warnings."""
    result = merge(nyt, jhu, today=TODAY)
    return result.days["recovered"].to_pylist(), result.warnings


def test_falling_cases_and_deaths():
    nyt = changed(GOOD_NYT, ("-25,8,1", "-25,4.0,0"), ("-27,21,2", "-27,12,2"))
    result = merge(nyt, GOOD_JHU.encode(), today=TODAY)
    assert result.days["cases"].to_pylist() == [1, 3, 5, 4, 13, 12, 34, 55, 89]
    assert [(each.check, each.file, each.column, each.row, each.value) for each in result.warnings] == [
        (Check.FALLING_COUNT, NYT, "cases", 6, "4.0"),
        (Check.FALLING_COUNT, NYT, "cases", 8, "12"),
        (Check.FALLING_COUNT, NYT, "deaths", 6, "0"),
    ]
    assert result.warnings[0].message == (
        "us.csv (New York Times), column cases, row 6: fell by 1 to 4 on 2020-01-25 (check: falling count)"
    )


def test_falling_recovered_is_held_against_the_last_report():
    recovered, warnings = merged(
        jhu=changed(GOOD_JHU, ("-29,US,,54,4,3", "-29,US,,54,,3"), ("-30,US,,88,6,", "-30,US,,88,3,"))
    )
    assert recovered == [0, 0, 0, 1, 1, 2, 4, None, 3]
    fall, _ = warnings
    assert (fall.check, fall.column, fall.row, fall.value) == (Check.FALLING_COUNT, "Recovered", 14, "3")
    assert "fell by 1 to 3 on 2020-01-30" in fall.message


def test_recovered_0_after_more_is_not_reported_and_is_told_once_with_the_day():
    jhu = changed(
        GOOD_JHU,
        ("-28,US,,33,4,", "-28,US,,33,0,"),
        ("-29,US,,54,4,", "-29,US,,54,0.0,"),
        ("-30,US,,88,6,", "-30,US,,88,,"),
    )
    recovered, warnings = merged(jhu=jhu)
    assert recovered == [0, 0, 0, 1, 1, 2, None, None, None]
    assert warnings == (
        Finding(
            check=Check.NOT_REPORTED,
            file=JHU,
            column="Recovered",
            row=12,
            value="0",
            message=f"{JHU}, column Recovered, row 12: not reported on 3 days, the first 2020-01-28"
            " (check: not reported)",
        ),
    )


def test_recovered_that_was_never_reported_is_null_without_a_warning():
    jhu = changed(GOOD_JHU, ("-22,US,,1,0,", "-22,US,,1,,"), ("-23,US,,2,0,", "-23,US,,2,,"))
    assert merged(jhu=jhu) == ([None, None, 0, 1, 1, 2, 4, 4, 6], ())


@pytest.mark.parametrize("days_behind", [1, 2])
def test_a_source_may_be_two_days_behind(days_behind: int):
    late = ("29", "30")[-days_behind:]
    assert merged(jhu=without(GOOD_JHU, *late))[1] == ()
    assert merged(nyt=without(GOOD_NYT, *late))[1] == ()


def test_johns_hopkins_three_days_behind():
    recovered, (lag,) = merged(jhu=without(GOOD_JHU, "28", "29", "30"))
    assert recovered == [0, 0, 0, 1, 1, 2]
    assert (lag.check, lag.file, lag.column, lag.row, lag.value) == (Check.LAG, JHU, "Date", 11, "2020-01-27")
    assert "2020-01-27 is its last day, 3 days before the other file's" in lag.message


def test_the_new_york_times_seven_days_behind():
    recovered, (lag,) = merged(nyt=without(GOOD_NYT, "24", "25", "26", "27", "28", "29", "30"))
    assert recovered == [0, 0]
    assert (lag.check, lag.file, lag.column, lag.row, lag.value) == (Check.LAG, NYT, "date", 4, "2020-01-23")
