"""The shop's calendar: it is open Monday to Friday, 08 to 18 h, and collects payments at 07:55 of those days."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from local.shop.dice import Dice

FIRST_DAY = date(2022, 11, 3)
"""The day that the real shop's first rows bear."""

OPENING = datetime(2022, 11, 3, 14, 20, 49, 962000)  # noqa: DTZ001 - the shop's columns have no zone; read as UTC
"""When the shop's first rows were written (UTC)."""

_OPENS, _CLOSES = time(8), time(18)
_COLLECTS = time(7, 55)
_MS = timedelta(milliseconds=1)


def is_working_day(day: date) -> bool:
    """Tell whether the shop is open on that day."""
    return day.isoweekday() <= 5


def working_days(first: date, last: date) -> Iterator[date]:
    """Yield the working days from `first` to `last`, both included."""
    for number in range(first.toordinal(), last.toordinal() + 1):
        day = date.fromordinal(number)
        if is_working_day(day):
            yield day


def instant_on(chance: Dice, day: date) -> datetime:
    """Return an instant of the shop's opening hours on that day (UTC, whole milliseconds), after the opening itself."""
    opens = datetime.combine(day, _OPENS)
    if day == FIRST_DAY:
        opens = OPENING + timedelta(minutes=1)
    length_ms = (datetime.combine(day, _CLOSES) - opens) // _MS
    return opens + chance.randrange(length_ms) * _MS


def collection_on(chance: Dice, day: date) -> datetime:
    """Return the millisecond at which the day's one statement marks payments as paid (UTC)."""
    return datetime.combine(day, _COLLECTS) + (9_000 + chance.randrange(4_000)) * _MS
