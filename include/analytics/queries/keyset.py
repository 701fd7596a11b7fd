"""Pages of rows by what their last row was, not by how many went before: loads between two pages shift nothing."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from include.analytics.errors import AskingError
from include.analytics.queries import values
from include.catalog.model import Column

Expression = sa.ColumnElement[Any]


@dataclass(frozen=True)
class Key:
    """A column that rows are ordered by; NULLs come last either way."""

    column: Column
    is_descending: bool = False

    @property
    def spelled(self) -> str:
        """As a question spells it."""
        return f"-{self.column.name}" if self.is_descending else self.column.name


def keys(columns: Mapping[str, Column], sort: Sequence[str], unique: Sequence[str]) -> list[Key]:
    """The keys that a question asks for, with those of ``unique`` behind them: no two rows are equal in all."""
    asked: dict[str, Key] = {}
    for spelled in sort:
        name = spelled.removeprefix("-")
        if name not in columns:
            raise AskingError(f"sort: there is no column {name[:100]!r}; see `allowed`", allowed=list(columns))
        asked.setdefault(name, Key(columns[name], spelled.startswith("-")))
    return [*asked.values(), *(Key(columns[name]) for name in unique if name not in asked)]


def ordering(rows: sa.FromClause, ordered: Sequence[Key]) -> list[Expression]:
    """What stands behind ORDER BY."""
    return [_direction(rows.c[key.column.name], key) for key in ordered]


def _direction(expression: Expression, key: Key) -> Expression:
    directed = expression.desc() if key.is_descending else expression.asc()
    # Only where there may be one: an index gives its rows in that order without being asked for NULLS LAST.
    return directed.nulls_last() if key.column.nullable else directed


def after(rows: sa.FromClause, ordered: Sequence[Key], last: Sequence[Any]) -> sa.ColumnElement[bool]:
    """The condition for the rows that come after the one with these values."""
    equal: list[Expression] = []
    alternatives: list[Expression] = []
    bound = [values.bound(value) for value in last]
    for key, value in zip(ordered, bound, strict=True):
        column = rows.c[key.column.name]
        if value is not None:
            alternatives.append(sa.and_(*equal, _beyond(column, key, value)))
        equal.append(column.is_(None) if value is None else column == value)
    return sa.and_(*_start(rows, ordered[0], bound[0]), sa.or_(sa.false(), *alternatives))


def _beyond(column: Expression, key: Key, value: Any) -> Expression:
    beyond = column < value if key.is_descending else column > value
    return sa.or_(beyond, column.is_(None)) if key.column.nullable else beyond


def _start(rows: sa.FromClause, first: Key, value: Any) -> list[Expression]:
    """The same for the first key alone, which is what an index can start from."""
    if first.column.nullable:
        return []
    column = rows.c[first.column.name]
    return [column <= value if first.is_descending else column >= value]


def cursor(ordered: Sequence[Key], last: Sequence[Any]) -> str:
    """Where a page ended, as a word for the address of the next."""
    content = [[key.spelled, values.spelled(value)] for key, value in zip(ordered, last, strict=True)]
    return base64.urlsafe_b64encode(json.dumps(content, separators=(",", ":")).encode()).decode().rstrip("=")


def ended(ordered: Sequence[Key], word: str) -> list[Any]:
    """The values of the row that a page ended with; ``AskingError`` for what is no cursor of this order."""
    try:
        content = json.loads(base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True))
        pairs = [(spelled, value) for spelled, value in content]
    except (binascii.Error, ValueError, TypeError, RecursionError):
        pairs = []
    if [spelled for spelled, _ in pairs] != [key.spelled for key in ordered]:
        raise AskingError("cursor: it is not of this question; ask for the first page again, without a cursor")
    return [_value(key, value) for key, (_, value) in zip(ordered, pairs, strict=True)]


def _value(key: Key, text: Any) -> Any:
    if text is None and key.column.nullable:
        return None
    if not isinstance(text, str) or "\0" in text:
        raise AskingError("cursor: it is not of this question; ask for the first page again, without a cursor")
    return values.parsed(key.column, text)
