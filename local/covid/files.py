"""The two files as they are published at a moment: a pure function of that moment and a seed.

Their quirks are those of the real ones: the New York Times' file begins a day earlier, has no newline at its
end, and stalls now and then while the other goes on; both revise days long gone; the Johns Hopkins file
quotes "Korea, South", leaves `Recovered` blank for some, has `Lat,Long` until 2020-10-22, and from 2020-12-14
says that nobody in the US ever recovered.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache

from local.covid import releases
from local.covid.curve import FIRST_DAY, Counts, Place, counts, recovered
from local.covid.places import PLACES, US
from local.covid.releases import DAY

SEED = "2020"

JHU_FIRST_DAY = date(2020, 1, 22)

LAST_WITH_COORDINATES = date(2020, 10, 22)
"""The last Johns Hopkins file with the columns `Lat,Long`."""

RECOVERED_ENDS = date(2020, 12, 14)
"""The first day that the US report 0 recovered."""

EARLIEST = date(2020, 3, 1)
"""No moment before it has files: a handful of rows would be no file worth reading."""


def nyt(on: datetime, seed: str = SEED) -> bytes:
    """The New York Times' `us.csv` as it is at `on`: `date,cases,deaths`, cumulative, ISO dates, LF.

    Raises `ValueError` for a moment without zone or before `EARLIEST`.
    """
    _check(on)
    return _nyt_of(releases.nyt_edition(f"{seed}/nyt", on), seed)


def jhu(on: datetime, seed: str = SEED) -> bytes:
    """The Johns Hopkins combined time series as it is at `on`, one row a day and place; raises as `nyt` does."""
    _check(on)
    return _jhu_of(releases.jhu_edition(on), seed)


def nyt_changed_at(on: datetime, seed: str = SEED) -> datetime:
    """When what `nyt(on, seed)` returns was published."""
    own = f"{seed}/nyt"
    return releases.nyt_released_at(own, releases.nyt_edition(own, on))


def jhu_changed_at(on: datetime) -> datetime:
    """When what `jhu(on)` returns was published."""
    return releases.jhu_released_at(releases.jhu_edition(on))


@lru_cache(maxsize=4)
def _nyt_of(edition: date, seed: str) -> bytes:
    told = _us(f"{seed}/nyt", edition)
    rows = zip(_days(FIRST_DAY, edition), told.cases, told.deaths, strict=True)
    return _csv([("date", "cases", "deaths"), *rows]).rstrip(b"\n")


@lru_cache(maxsize=4)
def _jhu_of(edition: date, seed: str) -> bytes:
    coordinates = edition <= LAST_WITH_COORDINATES
    between = ("Lat", "Long") if coordinates else ()
    header = ("Date", "Country/Region", "Province/State", *between, "Confirmed", "Recovered", "Deaths")
    rows = (row for place in PLACES for row in _rows(f"{seed}/jhu", place, edition, coordinates=coordinates))
    return _csv([header, *rows])


def _rows(seed: str, place: Place, edition: date, *, coordinates: bool) -> Iterator[tuple[object, ...]]:
    told = _us(seed, edition) if place is US else counts(seed, place, _length(edition))
    who = (place.country, place.province, *((place.latitude, place.longitude) if coordinates else ()))
    well = _recovered(place, told)
    for day, *numbers in zip(_days(FIRST_DAY, edition), told.cases, well, told.deaths, strict=True):
        if day >= JHU_FIRST_DAY:
            yield (day, *who, *numbers)


def _recovered(place: Place, told: Counts) -> Sequence[int | str]:
    if not place.recovered_known:
        return [""] * len(told.cases)
    well = recovered(told.cases)
    reported = (RECOVERED_ENDS - FIRST_DAY).days if place is US else len(well)
    return well[:reported] + [0] * len(well[reported:])


def _us(seed: str, edition: date) -> Counts:
    """The US as one source tells them in the file of `edition`."""
    final = counts(seed, US, _length(edition))
    return releases.revised(final, releases.revisions(seed, final, edition))


def _length(edition: date) -> int:
    """How many days a file has: it ends with the day before its own."""
    return (edition - FIRST_DAY).days


def _days(first: date, until: date) -> list[date]:
    return [first + n * DAY for n in range((until - first).days)]


def _csv(rows: Sequence[Sequence[object]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _check(on: datetime) -> None:
    if on.tzinfo is None or on.date() < EARLIEST:
        raise ValueError(f"The COVID-19 files were asked for at {on}; expected an aware moment from {EARLIEST} on.")
