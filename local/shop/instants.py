"""When orders were placed: in opening hours, often together, and not quite in the order of their ids."""

from datetime import date, datetime, timedelta

from local.shop.dice import Dice
from local.shop.working_days import FIRST_DAY, OPENING, instant_on, working_days

_AT_OPENING = 15
_FIRST_ORDERS = OPENING + timedelta(milliseconds=2_224)
# One order in 12 comes within 3 ms of another.
_CLOSE_ONES = 12
_MS = timedelta(milliseconds=1)


def draw_instants(chance: Dice, count: int, until: date) -> list[datetime]:
    """Draw `count` instants up to `until` (UTC, whole ms) in the order in which their orders were committed.

    A row gets its time up to 3 ms before it is committed and its id when it is written,
    so an instant may lie 1 to 3 ms before that of the id before it; many are equal.
    """
    days = list(working_days(FIRST_DAY, until))
    close = count // _CLOSE_ONES
    instants = [_FIRST_ORDERS + chance.randint(0, 2) * _MS for _ in range(min(_AT_OPENING, count))]
    instants += [instant_on(chance, chance.choice(days)) for _ in range(count - len(instants) - close)]
    instants += [chance.choice(instants) + chance.randint(0, 3) * _MS for _ in range(close)]
    waits = [(instant, chance.randint(0, 3) * _MS) for instant in instants]
    # Of two that commit in one millisecond, the one that waited less goes first.
    return [instant for _, _, instant in sorted((instant + wait, wait, instant) for instant, wait in waits)]
