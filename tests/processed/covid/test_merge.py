"""What a good pair of files becomes, however it is written."""

import contextlib
import csv
import io
import random
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from include.errors import ContractError
from include.processed.covid import merge
from tests.processed.covid.files import GOOD_JHU, GOOD_NYT, TODAY, changed, without


def rows(nyt: bytes = GOOD_NYT.encode(), jhu: bytes = GOOD_JHU.encode()) -> list[tuple[object, ...]]:
    """The merged days as tuples."""
    return [tuple(row.values()) for row in merge(nyt, jhu, today=TODAY).days.to_pylist()]


def test_days_that_both_files_have_with_cases_and_deaths_of_the_new_york_times():
    assert rows() == [
        (date(2020, 1, 22), 1, 0, 0),
        (date(2020, 1, 23), 3, 0, 0),
        (date(2020, 1, 24), 5, 1, 0),
        (date(2020, 1, 25), 8, 1, 1),
        (date(2020, 1, 26), 13, 2, 1),
        (date(2020, 1, 27), 21, 2, 2),
        (date(2020, 1, 28), 34, 3, 4),
        (date(2020, 1, 29), 55, 3, 4),
        (date(2020, 1, 30), 89, 5, 6),
    ]


def test_a_good_pair_gives_typed_columns_and_no_warning():
    merged = merge(GOOD_NYT.encode(), GOOD_JHU.encode(), today=TODAY)
    assert merged.warnings == ()
    assert merged.days.schema == pa.schema(
        [
            pa.field("date", pa.date32(), nullable=False),
            pa.field("cases", pa.int64(), nullable=False),
            pa.field("deaths", pa.int64(), nullable=False),
            pa.field("recovered", pa.int64()),
        ]
    )
    merged.days.validate(full=True)


def test_a_source_that_is_ahead_loses_its_newest_days_only():
    assert rows(nyt=without(GOOD_NYT, "29", "30")) == rows()[:-2]
    assert rows(jhu=without(GOOD_JHU, "30")) == rows()[:-1]


def test_a_beginning_may_be_three_days_apart():
    assert rows(jhu=without(GOOD_JHU, "22", "23")) == rows()[2:]


def test_of_a_longer_file_a_fiftieth_may_be_lost_at_the_beginning():
    start = date(2020, 1, 1)
    days = [start + timedelta(days=number) for number in range(205)]
    nyt = "\n".join(["date,cases,deaths", *(f"{day},5,1" for day in days)]).encode()
    lines = [f"{day},US,,5,1,0" for day in days[4:]]
    head = GOOD_JHU.partition("\n")[0]
    merged = merge(nyt, "\n".join([head, *lines]).encode(), today=days[-1])
    assert merged.days.num_rows == 201
    with pytest.raises(ContractError, match=r"2020-01-06 is its first day, 5 days after.*at most 4 days"):
        merge(nyt, "\n".join([head, *lines[1:]]).encode(), today=days[-1])


def test_tomorrow_is_no_future():
    assert len(merge(GOOD_NYT.encode(), GOOD_JHU.encode(), today=date(2020, 1, 29)).days) == 9


def test_what_other_countries_report_is_no_matter():
    jhu = changed(GOOD_JHU, ("2020-01-23,Canada,Alberta,4,,1", "23.1.2020,Canada,Alberta,-4,n/a,?"))
    assert rows(jhu=jhu) == rows()


def test_a_last_line_end_or_more_is_no_row():
    assert rows(nyt=f"{GOOD_NYT}\n".encode(), jhu=f"{GOOD_JHU}\r\n\n".encode()) == rows()


def test_one_day_in_common_is_enough():
    nyt = without(GOOD_NYT, "25", "26", "27", "28", "29", "30")
    assert rows(nyt=nyt, jhu=without(GOOD_JHU, "22", "23")) == rows()[2:3]
    jhu = without(GOOD_JHU, "24", "25", "26", "27", "28", "29", "30")
    assert rows(nyt=without(GOOD_NYT, "21", "22"), jhu=jhu) == rows()[1:2]


def test_a_value_of_several_lines_is_read_wherever_it_lies_in_a_large_file():
    jhu = GOOD_JHU + '2020-01-22,"Saint\nHelena",,0,0,0\n' * 60_000
    assert rows(jhu=jhu.encode()) == rows()


COUNTS = st.integers(0, 10**9 - 1)
FRACTIONS = st.sampled_from(["", ".0", ".00"])
LINE_ENDS = st.sampled_from(["\n", "\r\n", "\r"])
EXTRAS = st.lists(st.sampled_from(["Lat", "Long", "geoid", "Case", ""]), max_size=3)


@st.composite
def respelled(draw: st.DrawFn, text: str) -> bytes:
    """The same file with rows and columns in another order, further columns, and each value written another way."""
    head, *body = csv.reader(io.StringIO(text))
    extras = draw(EXTRAS)
    order = draw(st.permutations(range(len(head) + len(extras))))
    quotes_all = draw(st.booleans())
    lines = [[*head, *extras]]
    for row in draw(st.permutations(body)):
        values = [value + draw(FRACTIONS) if value.isdigit() else value for value in row]
        lines.append(values + [draw(st.sampled_from(["", "x,y", 'a "b"', "two\nlines", "é"])) for _ in extras])
    line_end = draw(LINE_ENDS)
    content = line_end.join(",".join(quoted(line[place], quotes_all) for place in order) for line in lines)
    return (draw(st.sampled_from(["", "\ufeff"])) + content + draw(st.sampled_from(["", line_end]))).encode()


def quoted(value: str, always: bool) -> str:
    """A value as CSV writes it, in quotes where it must be or always."""
    doubled = value.replace('"', '""')
    return f'"{doubled}"' if always or set(value) & set(',"\n') else value


@given(nyt=respelled(GOOD_NYT), jhu=respelled(GOOD_JHU))
@settings(deadline=None)
def test_however_the_files_are_written_the_table_is_the_same(nyt: bytes, jhu: bytes):
    assert merge(nyt, jhu, today=TODAY) == merge(GOOD_NYT.encode(), GOOD_JHU.encode(), today=TODAY)


@given(st.lists(st.none() | st.just(0) | COUNTS, min_size=9, max_size=9))
@settings(deadline=None)
def test_recovered_is_what_was_reported_and_never_0_after_more(recovered: list[int | None]):
    lines = [f"2020-01-{22 + at},US,,{10**9 - 1},{'' if n is None else n},0" for at, n in enumerate(recovered)]
    jhu = "\n".join([GOOD_JHU.partition("\n")[0], *lines]).encode()
    expected = [None if n == 0 and any(recovered[:at]) else n for at, n in enumerate(recovered)]
    assert [row[3] for row in rows(jhu=jhu)] == expected


@given(seed=st.integers(0), changes=st.integers(1, 4), of_jhu=st.booleans())
@settings(deadline=None, max_examples=300)
def test_whatever_the_bytes_the_answer_is_a_sound_table_or_a_refusal(seed: int, changes: int, of_jhu: bool):
    source = random.Random(seed)  # noqa: S311  bytes to try, no secret
    content = bytearray((GOOD_JHU if of_jhu else GOOD_NYT).encode())
    for _ in range(changes):
        at = source.randrange(len(content))
        piece = source.choice([b"", b"\0", b'"', b",", b"\n", b"\xff", b"0", b"-", b"<", bytes(content[: at // 2])])
        content[at : at + source.randrange(3)] = piece
    with contextlib.suppress(ContractError):
        found = rows(jhu=bytes(content)) if of_jhu else rows(nyt=bytes(content))
        days = [row[0] for row in found]
        assert days == [days[0] + timedelta(days=number) for number in range(len(days))]
        assert all(row[1] >= row[2] >= 0 for row in found)
