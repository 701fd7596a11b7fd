"""The synthetic files: the formats and the quirks of the real ones, and how they move."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.covid import files
from tests.local.covid.reading import nyt_days, rows, span, us_days

MOMENT = datetime(2021, 2, 10, 4, tzinfo=UTC)
moments = st.integers(0, 1_400 * 24 * 60).map(lambda n: datetime(2020, 3, 1, tzinfo=UTC) + timedelta(minutes=n))


@cache
def daily() -> list[dict[date, tuple[int, int]]]:
    """The New York Times' days as its file has them at noon of 300 days."""
    first = datetime(2020, 10, 12, 12, tzinfo=UTC)
    return [nyt_days(files.nyt(first + timedelta(n))) for n in range(300)]


def changes(old: dict[date, tuple[int, ...]], new: dict[date, tuple[int, ...]]) -> tuple[list[date], list[date]]:
    """The days added, and those revised; none has vanished."""
    assert set(old) <= set(new)
    return sorted(set(new) - set(old)), sorted(day for day in old if new[day] != old[day])


def test_the_new_york_times_file_has_the_shape_of_the_real_one() -> None:
    content = files.nyt(MOMENT)
    assert content.startswith(b"date,cases,deaths\n2020-01-21,1,0\n")
    assert not content.endswith(b"\n")
    assert b"\r" not in content
    assert b'"' not in content


def test_the_johns_hopkins_file_has_the_shape_of_the_real_one() -> None:
    content = files.jhu(MOMENT)
    assert content.startswith(b"Date,Country/Region,Province/State,Confirmed,Recovered,Deaths\n")
    assert content.endswith(b"\n")
    assert b"\r" not in content
    assert b'2020-05-01,"Korea, South",,' in content
    assert b",Cote d'Ivoire,," in content
    places = defaultdict(list)
    for row in rows(content):
        places[row["Country/Region"], row["Province/State"]].append(date.fromisoformat(row["Date"]))
    assert {place for place in places if place[1]} == {("Canada", name) for name in ("Alberta", "Ontario", "Quebec")}
    assert len({country for country, _ in places}) == 12
    assert {tuple(days) for days in places.values()} == {tuple(span(date(2020, 1, 22), date(2021, 2, 8)))}


def test_recovered_is_blank_for_some_places_and_a_number_for_all_others() -> None:
    blank = defaultdict(set)
    for row in rows(files.jhu(MOMENT)):
        blank[row["Country/Region"]].add(row["Recovered"] == "")
    assert {country for country, found in blank.items() if True in found} == {"Canada", "Sweden"}
    assert all(len(found) == 1 for found in blank.values())


def test_coordinates_end_with_the_file_of_2020_10_22() -> None:
    before, after = (rows(files.jhu(datetime(2020, 10, day, 7, tzinfo=UTC))) for day in (22, 23))
    assert list(before[0])[2:6] == ["Province/State", "Lat", "Long", "Confirmed"]
    assert list(after[0])[2:4] == ["Province/State", "Confirmed"]
    assert {(row["Lat"], row["Long"]) for row in before if row["Country/Region"] == "US"} == {("40.0", "-100.0")}


def test_nobody_in_the_us_recovered_from_2020_12_14_on() -> None:
    days = us_days(files.jhu(MOMENT))
    ended = date(2020, 12, 14)
    assert days[ended - timedelta(1)][1] > 1_000_000
    assert {counts[1] for day, counts in days.items() if day >= ended} == {0}
    others = [row for row in rows(files.jhu(MOMENT)) if row["Country/Region"] == "Germany"]
    assert int(others[-1]["Recovered"]) > 0


def test_the_two_sources_disagree_on_cases_and_deaths() -> None:
    nyt, us = nyt_days(files.nyt(MOMENT)), us_days(files.jhu(MOMENT))
    late = [day for day in us if day in nyt and day >= date(2020, 4, 1)]
    assert len(late) > 300
    assert not [day for day in late if (us[day][0], us[day][2]) == nyt[day]]
    assert max(abs(us[day][0] / nyt[day][0] - 1) for day in late) < 0.1


@settings(deadline=None, max_examples=25)
@given(on=moments)
def test_at_any_moment_the_counts_are_plausible_and_no_day_is_missing(on: datetime) -> None:
    nyt, us = nyt_days(files.nyt(on)), us_days(files.jhu(on))
    assert list(nyt) == span(date(2020, 1, 21), max(nyt))
    assert list(us) == span(date(2020, 1, 22), max(us))
    assert max(nyt) < on.date()
    assert max(us) == (on - timedelta(hours=6, minutes=10)).date() - timedelta(1)
    assert not [(cases, deaths) for cases, deaths in nyt.values() if not 0 <= deaths <= cases]
    assert not [counts for counts in us.values() if min(counts) < 0 or max(counts) > counts[0]]
    for (cases, deaths), (more_cases, more_deaths) in pairwise(nyt.values()):
        assert cases <= more_cases
        assert deaths <= more_deaths


@settings(deadline=None, max_examples=10)
@given(on=moments)
def test_a_moment_and_a_seed_always_give_the_same_bytes(on: datetime) -> None:
    first = files.nyt(on), files.jhu(on)
    for cached in (files._nyt_of, files._jhu_of):
        cached.cache_clear()
    assert (files.nyt(on), files.jhu(on)) == first
    assert files.nyt(on, "another") != first[0]
    assert files.jhu(on, "another") != first[1]


def nyt_steps() -> Iterator[tuple[list[date], list[date]]]:
    return (changes(old, new) for old, new in pairwise(daily()))


def test_a_day_later_the_johns_hopkins_file_has_one_more_day_every_day() -> None:
    first = datetime(2020, 10, 12, 12, tzinfo=UTC)
    read = [us_days(files.jhu(first + timedelta(n))) for n in range(90)]
    steps = [changes(old, new) for old, new in pairwise(read)]
    assert {len(added) for added, _ in steps} == {1}
    assert sum(1 for _, revised in steps if revised) > 25


def test_history_is_revised_now_and_then_deep_and_in_both_directions() -> None:
    read, steps = daily(), list(nyt_steps())
    revising = [(old, new, revised) for old, new, (_, revised) in zip(read, read[1:], steps, strict=False) if revised]
    assert 75 <= len(revising) <= 225
    deep = [revised for old, _, revised in revising if min(revised) < max(old) - timedelta(30)]
    assert 10 <= len(deep) <= len(revising) / 2
    moved = [new[day][0] - old[day][0] for old, new, revised in revising for day in revised]
    assert sum(1 for one in moved if one < 0) > 100
    assert sum(1 for one in moved if one > 0) > 100


def test_the_new_york_times_stalls_and_catches_up() -> None:
    added = [len(days) for days, _ in nyt_steps()]
    assert sum(added) == pytest.approx(len(added), abs=3)
    assert added.count(1) > 120
    longest = max(len(run) for run in "".join("0" if n == 0 else "1" for n in added).split("1"))
    assert 9 <= longest <= 13
    after_stall = [n for n in added if n >= 4]
    assert len(after_stall) >= 5


def test_a_file_changes_just_when_it_says_so() -> None:
    on = datetime(2021, 5, 3, tzinfo=UTC)
    seen = set()
    for hour in range(24 * 12):
        moment = on + timedelta(hours=hour)
        for ask, changed_at in ((files.nyt, files.nyt_changed_at), (files.jhu, files.jhu_changed_at)):
            since = changed_at(moment)
            assert since <= moment
            assert ask(since) == ask(moment)
            assert ask(since - timedelta(minutes=1)) != ask(moment)
            seen.add((ask, since))
    assert len(seen) > 15


@pytest.mark.parametrize("on", [datetime(2021, 1, 1), datetime(2020, 2, 29, tzinfo=UTC)])  # noqa: DTZ001 # the point
@pytest.mark.parametrize("ask", [files.nyt, files.jhu])
def test_a_moment_without_a_zone_or_too_early_is_refused(ask: Callable[[datetime], bytes], on: datetime) -> None:
    with pytest.raises(ValueError, match=r"expected an aware moment from 2020-03-01 on"):
        ask(on)
