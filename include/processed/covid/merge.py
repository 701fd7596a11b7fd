"""The days that both files have: cases and deaths of the one, recovered of the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from include.processed.covid.finding import BOTH, Check, Finding, refuse
from include.processed.covid.series import Series, jhu_series, nyt_series

LAG_DAYS = 3  # from here on a file that ends before the other is worth a warning
LOST_DAYS = 3  # that the join may always lose at the beginning
LOST_SHARE = 0.02  # of the shorter file's days that it may lose there

SCHEMA = pa.schema(
    [
        pa.field("date", pa.date32(), nullable=False),
        pa.field("cases", pa.int64(), nullable=False),
        pa.field("deaths", pa.int64(), nullable=False),
        pa.field("recovered", pa.int64()),
    ]
)


@dataclass(frozen=True)
class Merged:
    """The days in order with their cumulative counts (``SCHEMA``; `recovered` NULL: not reported), and the warnings."""

    days: pa.Table
    warnings: tuple[Finding, ...]


def merge(nyt: bytes, jhu: bytes, *, today: date) -> Merged:
    """Merge the two files as they were fetched; ``today`` is the day in UTC.

    The New York Times is the authority on cases and deaths, Johns Hopkins gives recovered alone.
    Raises ``ContractError`` when either file, or what they have in common, cannot be trusted.
    """
    left, right = nyt_series(nyt, today), jhu_series(jhu, today)
    first, last = max(left.first, right.first), min(left.last, right.last)
    _refuse_lossy_join(left, right)
    ours, theirs = left.between(first, last), right.between(first, last)
    days = pa.table([*ours.columns, theirs["recovered"]], SCHEMA)
    return Merged(days, (*left.warnings, *right.warnings, *_lag(left, right)))


def _refuse_lossy_join(left: Series, right: Series) -> None:
    """Refuse two files that have no day in common, or whose beginnings are too far apart.

    Neither has a gap, so the join loses days at the two ends only. At the later end that is a source
    that stalls or has ended: normal, however long it lasts. The beginnings stand still, a day apart;
    where they do not, one of the files has lost its history.
    """
    if left.first > right.last or right.first > left.last:
        found = f"{_span(left)} in the one, {_span(right)} in the other"
        refuse(Check.JOIN_LOSS, BOTH, column="date", found=found, expected="days in common")
    earlier, later = sorted((left, right), key=lambda series: series.first)
    lost = (later.first - earlier.first).days
    most = max(LOST_DAYS, int(LOST_SHARE * min(len(left.rows), len(right.rows))))
    if lost > most:
        found = f"{later.first} is its first day, {lost} days after the other file's"
        expected = f"at most {most} days between the two beginnings"
        later.rows.refuse(0, Check.JOIN_LOSS, later.date_column, expected, found)


def _span(series: Series) -> str:
    return f"{series.first} to {series.last}"


def _lag(left: Series, right: Series) -> Iterator[Finding]:
    """One warning about the file that ends days before the other."""
    behind, ahead = sorted((left, right), key=lambda series: series.last)
    days = (ahead.last - behind.last).days
    if days >= LAG_DAYS:
        says = f"{behind.last} is its last day, {days} days before the other file's"
        yield behind.rows.warning(len(behind.rows) - 1, Check.LAG, behind.date_column, says)
