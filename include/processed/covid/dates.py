"""Days that can be trusted: strict ISO, none in the future, each once, none left out."""

from datetime import date, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from include.processed.covid.finding import Check
from include.processed.covid.rows import Rows

# From the year 1000 on: what comes earlier is no date that anybody meant, and Python knows no year 0.
_ISO = r"^[1-9]\d{3}-\d{2}-\d{2}$"
# Where the sun rises first the date is UTC's plus one; a file that counts by it is not from the future.
_AHEAD = timedelta(days=1)


def by_day(rows: Rows, column: str, today: date) -> tuple[Rows, pa.Array]:
    """The rows in the order of their days, and the days (date32), a row a day without a gap.

    ``today`` is the day in UTC. Raises ``ContractError``.
    """
    days = _parsed(rows, column)
    latest = today + _AHEAD
    rows.refuse_where(pc.greater(days, latest), Check.FUTURE_DATE, column, f"no day after {latest} (tomorrow, UTC)")
    order = pc.sort_indices(days)
    rows, days = rows.ordered(order), days.take(order)
    _refuse_steps(rows, column, days)
    return rows, days


def _parsed(rows: Rows, column: str) -> pa.Array:
    form = "a day as YYYY-MM-DD"
    rows.refuse_where(pc.invert(pc.match_substring_regex(rows[column], _ISO)), Check.ISO_DATE, column, form)
    try:
        return rows[column].cast(pa.date32())
    except pa.ArrowInvalid:
        # One of them is no day (a 13th month, a 30th of February), and the cast does not say which row.
        position = next(position for position, text in enumerate(rows[column]) if not _is_day(text))
        rows.refuse(position, Check.ISO_DATE, column, form)


def _is_day(text: pa.StringScalar) -> bool:
    try:
        text.cast(pa.date32())
    except pa.ArrowInvalid:
        return False
    return True


def _refuse_steps(rows: Rows, column: str, days: pa.Array) -> None:
    """Refuse days, in order, that do not follow each other one by one."""
    numbers = days.cast(pa.int32())
    steps = pc.subtract(numbers[1:], numbers[:-1])
    again = pc.index(steps, 0).as_py()
    if again >= 0:
        first = rows.numbers[again].as_py()
        found = f"{days[again + 1]} again, after row {first}"
        rows.refuse(again + 1, Check.UNIQUE_DATES, column, "each day once", found)
    before = pc.index(pc.greater(steps, 1), True).as_py()
    if before >= 0:
        left_out = days[before].as_py() + timedelta(days=1)
        found = f"{days[before + 1]} follows {days[before]}"
        rows.refuse(before + 1, Check.NO_GAPS, column, f"{left_out}, no day left out", found)
