"""What a check has to say: a refusal is raised, a warning returned. Both name check, file, column, row and value."""

import reprlib
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn

from include.errors import ContractError

NYT = "us.csv (New York Times)"
JHU = "time-series-19-covid-combined.csv (Johns Hopkins)"
BOTH = f"{NYT} joined with {JHU}"

_REMEDY = "nothing of it is loaded and the last good data stays; a mended file loads by itself at a later poll"

_short = reprlib.Repr()
_short.maxstring = _short.maxother = 80  # a broken file can be one endless value


class Check(StrEnum):
    """Every check, by the name that its refusals and warnings give."""

    CONTENT = "content"
    ENCODING = "encoding"
    COLUMNS = "columns"
    ROW_SHAPE = "row shape"
    US_ROWS = "US rows"
    PROVINCE = "province"
    ISO_DATE = "ISO date"
    FUTURE_DATE = "future date"
    UNIQUE_DATES = "unique dates"
    NO_GAPS = "no gaps"
    COUNT = "count"
    SWAPPED_COLUMNS = "swapped columns"
    JOIN_LOSS = "join loss"
    # These warn.
    FALLING_COUNT = "falling count"
    NOT_REPORTED = "not reported"
    LAG = "lag"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """A warning: check, place (the header is row 1), the value as the file has it, and all of it in words."""

    check: Check
    file: str
    column: str
    row: int
    value: str
    message: str


def warning(check: Check, file: str, column: str, row: int, value: str, says: str) -> Finding:
    """A finding whose message says where, what was found, and by which check."""
    message = f"{_where(file, column, row)}: {says} (check: {check})"
    return Finding(check=check, file=file, column=column, row=row, value=value, message=message)


def refuse(
    check: Check, file: str, *, found: str, expected: str, column: str | None = None, row: int | None = None
) -> NoReturn:
    """Refuse a file: raises ``ContractError`` about a row, or without one about a column, or about the file."""
    raise ContractError(_where(file, column, row), found=f"{found} (check: {check})", expected=expected, remedy=_REMEDY)


def shown(value: str | bytes) -> str:
    """A value in quotes, a long one without its middle."""
    return _short.repr(value)


def _where(file: str, column: str | None, row: int | None) -> str:
    parts = (file, column and f"column {column}", row and f"row {row}")
    return ", ".join(part for part in parts if part)
