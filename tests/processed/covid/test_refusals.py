"""Every way in which a file is refused, each by an invalid file in the place of a good one."""

from datetime import timedelta

import pytest

from include.errors import ContractError
from include.processed.covid import JHU, NYT, Check, merge
from tests.processed.covid.bad_jhu import OF_JHU
from tests.processed.covid.bad_nyt import OF_NYT
from tests.processed.covid.files import GOOD_JHU, GOOD_NYT, TODAY, changed, without

OF_BOTH = {
    "the one ends before the other begins": (
        Check.JOIN_LOSS,
        without(GOOD_NYT, "25", "26", "27", "28", "29", "30"),
        without(GOOD_JHU, "22", "23", "24"),
        "2020-01-21 to 2020-01-24 in the one, 2020-01-25 to 2020-01-30 in the other",
    ),
    "the other ends before the one begins": (
        Check.JOIN_LOSS,
        without(GOOD_NYT, "21", "22", "23"),
        without(GOOD_JHU, "24", "25", "26", "27", "28", "29", "30"),
        "2020-01-24 to 2020-01-30 in the one, 2020-01-22 to 2020-01-23 in the other",
    ),
}


def refusal(nyt: bytes, jhu: bytes) -> ContractError:
    """What the merge of two files raises."""
    with pytest.raises(ContractError) as caught:
        merge(nyt, jhu, today=TODAY)
    return caught.value


@pytest.mark.parametrize(("check", "content", "place", "found", "expected"), OF_NYT.values(), ids=OF_NYT)
def test_a_bad_file_of_the_new_york_times_is_refused(
    check: Check, content: bytes, place: str, found: str, expected: str
):
    error = refusal(content, GOOD_JHU.encode())
    assert (error.where, error.found, error.expected) == (NYT + place, f"{found} (check: {check})", expected)


@pytest.mark.parametrize(("check", "content", "place", "found", "expected"), OF_JHU.values(), ids=OF_JHU)
def test_a_bad_file_of_johns_hopkins_is_refused(check: Check, content: bytes, place: str, found: str, expected: str):
    error = refusal(GOOD_NYT.encode(), content)
    assert (error.where, error.found, error.expected) == (JHU + place, f"{found} (check: {check})", expected)


@pytest.mark.parametrize(("check", "nyt", "jhu", "found"), OF_BOTH.values(), ids=OF_BOTH)
def test_files_without_a_day_in_common_are_refused(check: Check, nyt: bytes, jhu: bytes, found: str):
    error = refusal(nyt, jhu)
    assert error.where == f"{NYT} joined with {JHU}, column date"
    assert (error.found, error.expected) == (f"{found} (check: {check})", "days in common")


def test_a_lost_beginning_of_the_new_york_times_is_refused_too():
    error = refusal(without(GOOD_NYT, "21", "22", "23", "24", "25"), GOOD_JHU.encode())
    assert error.where == f"{NYT}, column date, row 2"
    assert error.found == "2020-01-26 is its first day, 4 days after the other file's (check: join loss)"


def test_a_refusal_reads_as_a_sentence_and_says_what_happens_next():
    error = refusal(changed(GOOD_NYT, ("-25,8,1", "-25,17.5,1")), GOOD_JHU.encode())
    assert str(error) == (
        "us.csv (New York Times), column cases, row 6: '17.5' (check: count); expected a whole number, 0 or more; "
        "nothing of it is loaded and the last good data stays; a mended file loads by itself at a later poll"
    )


def test_a_long_value_is_shown_in_part():
    error = refusal(changed(GOOD_NYT, ("-25,8,1", f"-25,{'8' * 1000},1")), GOOD_JHU.encode())
    assert len(error.found) < 120
    assert "88...88" in error.found


def test_the_future_begins_after_tomorrow_in_utc():
    with pytest.raises(ContractError, match="future date"):
        merge(GOOD_NYT.encode(), GOOD_JHU.encode(), today=TODAY - timedelta(days=3))


WARNINGS = {Check.FALLING_COUNT, Check.NOT_REPORTED, Check.LAG}  # test_warnings.py


def test_no_check_is_without_an_invalid_file():
    tried = {case[0] for case in [*OF_NYT.values(), *OF_JHU.values(), *OF_BOTH.values()]}
    assert tried == set(Check) - WARNINGS
