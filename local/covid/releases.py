"""When a file is published, and what each publishing says anew of days long gone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from local.covid.curve import FIRST_DAY, Counts
from local.shop.dice import Dice, one_in

DAY = timedelta(days=1)

FIRST_REVISED = date(2020, 3, 15)
"""No earlier day is ever revised: too little was counted before."""


@dataclass(frozen=True, slots=True)
class Revision:
    """From the file of `learnt_on` on, the days of `[first, until)` count so many more; fewer, if negative."""

    learnt_on: date
    first: date
    until: date
    cases: int
    deaths: int


def nyt_released_at(seed: str, edition: date) -> datetime:
    """When the New York Times' file of that day, which ends with the day before, appears (UTC).

    Anywhere from 05:00 to 03:00 of the next day; the file of a stalled day never appears.
    """
    return _at(edition, minutes=Dice(f"{seed}/hour/{edition}").randrange(5 * 60, 27 * 60))


def jhu_released_at(edition: date) -> datetime:
    """When the Johns Hopkins file of that day appears (UTC): every day at 06:10."""
    return _at(edition, minutes=6 * 60 + 10)


def nyt_edition(seed: str, on: datetime) -> date:
    """The day of the newest New York Times file at `on`."""
    day = on.astimezone(UTC).date()
    while stalls(seed, day) or nyt_released_at(seed, day) > on:
        day -= DAY
    return day


def jhu_edition(on: datetime) -> date:
    """The day of the newest Johns Hopkins file at `on`."""
    day = on.astimezone(UTC).date()
    return day if jhu_released_at(day) <= on else day - DAY


def stalls(seed: str, day: date) -> bool:
    """Whether the New York Times publishes no file on `day`: three to six days of most months, sometimes eleven."""
    chance = Dice(f"{seed}/stall/{day:%Y-%m}")
    if one_in(chance, 4):
        return False
    first, length = chance.randint(2, 17), 11 if one_in(chance, 6) else chance.randint(3, 6)
    return first <= day.day < first + length


def revisions(seed: str, counts: Counts, edition: date) -> Iterator[Revision]:
    """Every revision that the file of `edition` knows of, oldest first; later ones are appended to the same.

    About every other day brings one; one in six reaches back more than thirty days; half of them lower.
    """
    chance = Dice(f"{seed}/revisions")
    day = FIRST_REVISED
    while day < edition:
        day += DAY
        reach = chance.randint(31, 70) if one_in(chance, 6) else chance.randint(2, 10)
        length = chance.randint(1, reach - 1)  # the day before `learnt_on` was in no file yet: nothing to revise
        share = chance.choice((-1, 1)) * chance.uniform(0.002, 0.05)
        first = day - reach * DAY
        if one_in(chance, 2) and first >= FIRST_REVISED:
            cases, deaths = (round(share * _on(series, first)) for series in (counts.cases, counts.deaths))
            yield Revision(day, first, first + length * DAY, cases, deaths)


def revised(counts: Counts, known: Iterator[Revision]) -> Counts:
    """`counts` as a file tells them that knows of these revisions."""
    cases, deaths = list(counts.cases), list(counts.deaths)
    for revision in known:
        for day in range((revision.first - FIRST_DAY).days, (revision.until - FIRST_DAY).days):
            cases[day] += revision.cases
            deaths[day] += revision.deaths
    return Counts(cases, deaths)


def _on(series: Sequence[int], day: date) -> int:
    """What one day added to a cumulative series."""
    index = (day - FIRST_DAY).days
    return series[index] - series[index - 1]


def _at(day: date, minutes: int) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)
