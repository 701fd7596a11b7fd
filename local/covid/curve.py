"""An epidemic that never was: cumulative counts a day for one place, the same for the same seed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count, takewhile

from local.shop.dice import Dice

FIRST_DAY = date(2020, 1, 21)
"""The first day that anything is counted on."""

DEATH_LAG, RECOVERY_LAG = 14, 14
"""Days from a case's count to its death's, and to its recovery's."""

_RECOVERING = 0.4  # of the cases; the real reporting never came further either

_WEEKDAYS = (0.85, 0.95, 1.05, 1.1, 1.15, 1.05, 0.85)  # offices count less on Sundays and Mondays


@dataclass(frozen=True, slots=True)
class Wave:
    """A rise and fall of new cases a day: day of the peak (since `FIRST_DAY`), days of its width, its height."""

    peak: int
    width: int
    height: int


_WAVES = (
    Wave(80, 20, 30_000),
    Wave(185, 30, 62_000),
    Wave(350, 45, 215_000),
    Wave(590, 40, 150_000),
    Wave(725, 20, 750_000),
    Wave(915, 60, 115_000),
)
_WINTER, _SUMMER = Wave(1_070, 40, 60_000), Wave(1_280, 35, 30_000)  # these come back every year


@dataclass(frozen=True, slots=True)
class Place:
    """A row group of the Johns Hopkins file. `scale`: its size beside the US, `delay`: days it is behind."""

    country: str
    province: str
    latitude: float
    longitude: float
    scale: float
    delay: int = 0
    recovered_known: bool = True


@dataclass(frozen=True, slots=True)
class Counts:
    """Cumulative counts, one entry a day from `FIRST_DAY` on."""

    cases: Sequence[int]
    deaths: Sequence[int]


def counts(seed: str, place: Place, days: int) -> Counts:
    """The first `days` days of `place`; more days later begin with the very same."""
    chance = Dice(f"{seed}/{place.country}/{place.province}")
    seen, dead = place.scale, 0.0
    cases, deaths = [], []
    for day in range(days):
        weekday = _WEEKDAYS[(FIRST_DAY + timedelta(day)).weekday()]
        at = day - place.delay
        seen += _cases_on(at) * place.scale * weekday * chance.uniform(0.94, 1.06)
        dead += _cases_on(at - DEATH_LAG) * _fatality(at) * place.scale * weekday * chance.uniform(0.9, 1.1)
        cases.append(int(seen))
        deaths.append(int(dead))
    return Counts(cases, deaths)


def recovered(cases: Sequence[int]) -> list[int]:
    """The recovered of each day, from its place's cumulative cases."""
    return [0] * min(RECOVERY_LAG, len(cases)) + [int(_RECOVERING * seen) for seen in cases[:-RECOVERY_LAG]]


def _cases_on(day: int) -> float:
    """Cases of one day since `FIRST_DAY` in a place of scale 1, without weekday and chance."""
    background = 18_000 / (1 + math.exp((70 - day) / 5)) if day > 0 else 0.0
    return background + sum(_of_wave(wave, day) for wave in (*_WAVES, *_seasons(day)))


def _seasons(day: int) -> list[Wave]:
    yearly = (Wave(one.peak + 365 * n, one.width, one.height) for n in count() for one in (_WINTER, _SUMMER))
    return [wave for wave in takewhile(lambda one: one.peak < day + 365, yearly) if wave.peak > day - 365]


def _of_wave(wave: Wave, day: int) -> float:
    return wave.height * math.exp(-(((day - wave.peak) / wave.width) ** 2))


def _fatality(day: int) -> float:
    """Deaths for each case of a fortnight ago."""
    return 0.011 + 0.05 * math.exp(-max(day, 0) / 90)
