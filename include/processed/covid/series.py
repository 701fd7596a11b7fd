"""What each of the two files says of the US, day by day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from include.processed.covid.counts import counts, falls, no_longer_reported, refuse_above
from include.processed.covid.dates import by_day
from include.processed.covid.finding import JHU, NYT, Check, Finding, refuse
from include.processed.covid.read import read
from include.processed.covid.rows import Rows

_COUNTRY, _PROVINCE = "Country/Region", "Province/State"


@dataclass(frozen=True)
class Series:
    """One file's days, in order and without a gap: ``values`` has `date` and the counts, a row for each of ``rows``."""

    rows: Rows
    date_column: str
    values: pa.RecordBatch
    warnings: tuple[Finding, ...]

    @property
    def first(self) -> date:
        """The earliest day."""
        day: date = self.values["date"][0].as_py()
        return day

    @property
    def last(self) -> date:
        """The latest day."""
        day: date = self.values["date"][-1].as_py()
        return day

    def between(self, first: date, last: date) -> pa.RecordBatch:
        """The values from one day to another, both of which are there, inclusive."""
        # A row a day without a gap: the distance in days is the distance in rows.
        return self.values.slice((first - self.first).days, (last - first).days + 1)


def nyt_series(content: bytes, today: date) -> Series:
    """`date`, `cases` and `deaths`, all there. Raises ``ContractError``."""
    rows, days = by_day(read(content, NYT, ("date", "cases", "deaths")), "date", today)
    cases, deaths = counts(rows, "cases"), counts(rows, "deaths")
    refuse_above(rows, "deaths", deaths, cases, "cases")
    warnings = (*falls(rows, "cases", days, cases), *falls(rows, "deaths", days, deaths))
    return Series(rows, "date", pa.record_batch({"date": days, "cases": cases, "deaths": deaths}), warnings)


def jhu_series(content: bytes, today: date) -> Series:
    """`date` and `recovered` (NULL: not reported) of the US; the other countries are dropped unread.

    ``Confirmed`` is read for one reason: more recovered than confirmed shows that columns were
    swapped. Raises ``ContractError``.
    """
    rows = read(content, JHU, ("Date", _COUNTRY, _PROVINCE, "Confirmed", "Recovered"))
    rows, days = by_day(_of_the_us(rows), "Date", today)
    recovered = counts(rows, "Recovered", blank_is_null=True)
    refuse_above(rows, "Recovered", recovered, counts(rows, "Confirmed"), "Confirmed")
    ended = no_longer_reported(recovered)
    recovered = pc.if_else(ended, pa.scalar(None, pa.int64()), recovered)
    warnings = (*falls(rows, "Recovered", days, recovered), *_end_of_reports(rows, days, ended))
    return Series(rows, "Date", pa.record_batch({"date": days, "recovered": recovered}), warnings)


def _of_the_us(rows: Rows) -> Rows:
    """The rows of the US as a whole.

    A row of one of its provinces refuses the file: then nobody knows whether the row without one still
    is the whole country, and a sum would be a guess.
    """
    ours = rows.where(pc.equal(rows[_COUNTRY], "US"))
    if not len(ours):
        refuse(Check.US_ROWS, JHU, column=_COUNTRY, found="no row with 'US'", expected="a row a day with 'US'")
    ours.refuse_where(pc.not_equal(ours[_PROVINCE], ""), Check.PROVINCE, _PROVINCE, "nothing: the US is one row a day")
    return ours


def _end_of_reports(rows: Rows, days: pa.Array, ended: pa.Array) -> Iterator[Finding]:
    """One warning, about the first day without a report, if there is one."""
    positions = pc.indices_nonzero(ended)
    if len(positions):
        first = positions[0].as_py()
        says = f"not reported on {len(positions)} days, the first {days[first]}"
        yield rows.warning(first, Check.NOT_REPORTED, "Recovered", says)
