"""Values as a question spells them, by the kind of their column."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from include.analytics.errors import AskingError
from include.catalog.model import Column, Kind

_INT_MAX = 2**31 - 1
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,3})?")  # what a bare numeric holds in each engine
_INTEGER = re.compile(r"-?[0-9]{1,10}")

EXPECTED: Mapping[Kind, str] = {
    Kind.INTEGER: f"a whole number from {-_INT_MAX - 1} to {_INT_MAX}",
    Kind.TEXT: "a text",
    Kind.NUMERIC: "a number such as 12.50 (up to three decimals)",
    Kind.BOOLEAN: "true or false",
    Kind.DATE: "a day such as 2024-11-30",
    Kind.TIME: "a time of day such as 14:05:00.123",
    Kind.TIMESTAMP: "an instant with its offset, such as 2024-11-30T14:05:00Z (a + is written %2B)",
}
"""What a value of each kind looks like."""


def parsed(column: Column, text: str) -> Any:
    """The value that a text means in a column; ``AskingError`` says what was expected."""
    try:
        return _PARSERS[column.type.kind](text)
    except (ValueError, OverflowError):
        expected = EXPECTED[column.type.kind]
        raise AskingError(
            f"{column.name}: {text[:100]!r} is not allowed; expected {expected}", parameter=column.name
        ) from None


def bound(value: Any) -> Any:
    """A value as a statement takes it."""
    if isinstance(value, Decimal):
        return sa.literal(value, sa.Numeric())  # not rounded to the scale of the column that it is compared with
    return sa.literal(value, sa.Boolean()) if isinstance(value, bool) else value


def spelled(value: Any) -> str | None:
    """The text that ``parsed`` makes the value of again; None for NULL."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date | time) else str(value)


def plain(value: Any) -> str | int | bool | None:
    """A value as JSON has it: whole numbers and booleans as they are, all else as text, exactly."""
    return value if isinstance(value, bool | int) else spelled(value)


def _integer(text: str) -> int:
    value = int(_matching(_INTEGER, text))
    if not -_INT_MAX - 1 <= value <= _INT_MAX:
        raise ValueError(text)
    return value


def _numeric(text: str) -> Decimal:
    return Decimal(_matching(_DECIMAL, text))


def _matching(form: re.Pattern[str], text: str) -> str:
    if not form.fullmatch(text):
        raise ValueError(text)
    return text


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[_matching(re.compile("true|false"), text)]


def _time(text: str) -> time:
    value = time.fromisoformat(text)
    if value.tzinfo is not None:
        raise ValueError(text)
    return value


def _instant(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    return value.astimezone(UTC)


_PARSERS: Mapping[Kind, Callable[[str], Any]] = {
    Kind.INTEGER: _integer,
    Kind.TEXT: str,
    Kind.NUMERIC: _numeric,
    Kind.BOOLEAN: _boolean,
    Kind.DATE: date.fromisoformat,
    Kind.TIME: _time,
    Kind.TIMESTAMP: _instant,
}
