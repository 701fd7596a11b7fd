"""What a load's news say of a table besides its counts."""

from collections.abc import Sequence

from include.warehouse.connection import Connection

_COVID = """
SELECT min(date) FILTER (WHERE _load_id = ANY(%(loads)s)), max(date) FILTER (WHERE _load_id = ANY(%(loads)s))
FROM covid_us_daily
"""
_LATEST = "SELECT date, cases, deaths, recovered FROM covid_us_daily_current ORDER BY date DESC LIMIT 1"


def note_of(connection: Connection, table: str, load_ids: Sequence[str]) -> str | None:
    """The days that the loads concern and the latest totals, of the COVID-19 table; of the others nothing."""
    if table != "covid_us_daily":
        return None
    first, last = connection.execute(_COVID, {"loads": list(load_ids)}).fetchone() or (None, None)
    latest = connection.execute(_LATEST).fetchone()
    if first is None or latest is None:
        return None
    day, cases, deaths, recovered = latest
    known = "not reported" if recovered is None else f"{recovered:,}"
    return f"days {first} to {last}; on {day}: {cases:,} cases, {deaths:,} deaths, {known} recovered"
