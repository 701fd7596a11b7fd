"""The two files as a strict reader of CSV sees them."""

from __future__ import annotations

import csv
import io
from datetime import date, timedelta


def rows(content: bytes) -> list[dict[str, str]]:
    """Every row by column name; each has all columns and no more."""
    found = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True, restval="(missing)"))
    assert found
    assert not [row for row in found if None in row or "(missing)" in row.values()]
    return found


def nyt_days(content: bytes) -> dict[date, tuple[int, int]]:
    """Cases and deaths of each day; no day comes twice."""
    read = rows(content)
    assert list(read[0]) == ["date", "cases", "deaths"]
    days = {date.fromisoformat(row["date"]): (int(row["cases"]), int(row["deaths"])) for row in read}
    assert len(days) == len(read)
    return days


def us_days(content: bytes) -> dict[date, tuple[int, int, int]]:
    """Confirmed, recovered and deaths of each day of the US in the Johns Hopkins file; no day comes twice."""
    read = [row for row in rows(content) if row["Country/Region"] == "US"]
    assert {row["Province/State"] for row in read} == {""}
    days = {
        date.fromisoformat(row["Date"]): (int(row["Confirmed"]), int(row["Recovered"]), int(row["Deaths"]))
        for row in read
    }
    assert len(days) == len(read)
    return days


def span(first: date, last: date) -> list[date]:
    """Every day from `first` to `last`."""
    return [first + timedelta(n) for n in range((last - first).days + 1)]
