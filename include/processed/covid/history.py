"""Held against what the warehouse has: a file that is sound in itself can still have lost its history."""

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from include.processed.covid.finding import BOTH, Check, refuse

GONE_DAYS = 3  # of those held, that may be absent
GONE_SHARE = 0.05  # of those held, that may be absent; one day always may


def refuse_lost_history(held_first: date, held_last: date, held_days: int, days: pa.Table) -> None:
    """Refuse merged days in which held ones vanish or the newest day goes backwards: raises ``ContractError``.

    ``held_days`` days are held, from ``held_first`` to ``held_last``; ``days`` are those of ``Merged``.
    One vanished day is accepted as vanished.
    """
    newest = pc.max(days["date"]).as_py()
    if newest is None or newest < held_last:
        expected = f"{held_last}, the newest day held, or later"
        refuse(
            Check.NEWEST_DAY, BOTH, column="date", found=f"{newest or 'no day'} as the newest day", expected=expected
        )
    is_held = pc.and_(pc.greater_equal(days["date"], held_first), pc.less_equal(days["date"], held_last))
    gone = held_days - (pc.sum(is_held).as_py() or 0)
    most = max(1, min(GONE_DAYS, int(GONE_SHARE * held_days)))
    if gone > most:
        found = f"{gone} of the {held_days} days held from {held_first} to {held_last} are gone, {_first_day(days)}"
        refuse(Check.HISTORY, BOTH, column="date", found=found, expected=f"at most {most} of them gone")


def _first_day(days: pa.Table) -> str:
    return f"the first day is {pc.min(days['date'])}"
