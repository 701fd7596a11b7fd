"""Counts that can be trusted: whole, not negative; what they do from day to day is watched, not judged."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from include.processed.covid.finding import Check, Finding
from include.processed.covid.rows import Rows

# At most nine digits: more than there are people in the country, and what the table's integers hold.
_WHOLE = r"^\d{1,9}(\.0+)?$"


def counts(rows: Rows, column: str, *, blank_is_null: bool = False) -> pa.Array:
    """A column as int64; `17.0` is 17. Raises ``ContractError`` for whatever is not a whole number, 0 or more."""
    texts = rows[column]
    if blank_is_null:
        texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    unfit = pc.invert(pc.match_substring_regex(texts, _WHOLE))
    rows.refuse_where(unfit, Check.COUNT, column, "a whole number, 0 or more" + " (or blank)" * blank_is_null)
    return pc.replace_substring_regex(texts, r"\.0+$", "").cast(pa.int64())


def refuse_above(rows: Rows, column: str, values: pa.Array, most: pa.Array, total: str) -> None:
    """Refuse a part that is more than its total: two columns have changed places."""
    above = pc.fill_null(pc.greater(values, most), False)
    rows.refuse_where(above, Check.SWAPPED_COLUMNS, column, f"no more than the row's {total}")


def falls(rows: Rows, column: str, days: pa.Array, values: pa.Array) -> Iterator[Finding]:
    """A warning for each day whose cumulative count is lower than the one reported before: cases get withdrawn."""
    reported = pc.indices_nonzero(pc.is_valid(values))
    known = values.take(reported)
    changes = pc.subtract(known[1:], known[:-1])
    for before in pc.indices_nonzero(pc.less(changes, 0)).to_pylist():
        position = reported[before + 1].as_py()
        says = f"fell by {-changes[before].as_py()} to {known[before + 1]} on {days[position]}"
        yield rows.warning(position, Check.FALLING_COUNT, column, says)


def no_longer_reported(values: pa.Array) -> pa.Array:
    """True where a cumulative count that was positive is 0 or missing: nobody un-recovers, reporting has ended.

    A positive count later on is a report again.
    """
    known = pc.fill_null(values, 0)
    return pc.and_(pc.equal(known, 0), pc.greater(pc.cumulative_max(known), 0))
