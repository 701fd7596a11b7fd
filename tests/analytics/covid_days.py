"""Days of an epidemic that never was, with all that the real files do: revisions, corrections, days that vanish."""

from datetime import date

from tests.covid_group import Covid
from tests.covid_shelf import Shelf, day, serving
from tests.pipeline import Pipeline

DAYS = 400
LAST_RECOVERED = day(287)  # 2020-12-13
CORRECTED, SPIKED, REVISED = day(120), day(200), day(40)
_WEEKDAYS = (85, 95, 105, 110, 115, 105, 85)


def fill_covid(pipeline: Pipeline) -> None:
    """Load five editions of the two files: the first days, then revisions, a day that vanishes and one that is back."""
    with serving() as shelf:
        for on in list(shelf.cases):
            for counts in (shelf.cases, shelf.deaths, shelf.recovered):
                del counts[on]
        _go_on(shelf, DAYS - 3)
        covid = Covid(pipeline, shelf)
        covid.run()
        for edition in (_revised, _corrected, _without_its_first_day, _with_its_first_day):
            edition(shelf)
            covid.run()


def _go_on(shelf: Shelf, days: int) -> None:
    for number in range(len(shelf.cases), len(shelf.cases) + days):
        on, before = day(number), day(number - 1)
        shelf.cases[on] = shelf.cases.get(before, 0) + _new_cases(number, on)
        shelf.deaths[on] = shelf.deaths.get(before, 0) + _new_cases(max(number - 14, 0), on) // 60
        shelf.recovered[on] = shelf.cases[on] * 2 // 5 if on <= LAST_RECOVERED else 0


def _new_cases(number: int, on: date) -> int:
    """Two waves, counted less on Sundays and Mondays."""
    rising = 100 + 40 * number if number < 150 else 2_000 + abs(number - 250) * 60
    return rising * _WEEKDAYS[on.weekday()] // 100


def _revised(shelf: Shelf) -> None:
    _go_on(shelf, 1)
    _add(shelf, REVISED, 17)


def _corrected(shelf: Shelf) -> None:
    _go_on(shelf, 1)
    _add(shelf, CORRECTED, -24_000)
    _add(shelf, SPIKED, 30_000)


def _without_its_first_day(shelf: Shelf) -> None:
    _go_on(shelf, 1)
    for counts in (shelf.cases, shelf.deaths, shelf.recovered):
        counts.pop(day(0))


def _with_its_first_day(shelf: Shelf) -> None:
    shelf.cases[day(0)], shelf.deaths[day(0)], shelf.recovered[day(0)] = 77, 1, 30
    _add(shelf, day(DAYS - 4), 250)


def _add(shelf: Shelf, first: date, cases: int) -> None:
    """From a day on, so many cases more."""
    for on in shelf.cases:
        if on >= first:
            shelf.cases[on] += cases
