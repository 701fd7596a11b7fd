"""Conditions on a table's rows, as a question spells them: `column:operator:value`."""

import csv
import operator
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from include.analytics.errors import AskingError
from include.analytics.queries import values
from include.catalog.model import Column, Kind

Condition = sa.ColumnElement[bool]
_COMPARED: Mapping[str, Callable[[Any, Any], Condition]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}
OPERATORS = (*_COMPARED, "in", "contains", "is_null")
_FORM = "expected column:operator:value, for example unit_price:ge:3.50"


def condition(rows: sa.FromClause, columns: Mapping[str, Column], text: str) -> Condition:
    """The condition that a text means on ``rows``, whose columns are ``columns``; ``AskingError`` if it means none."""
    name, _, rest = text.partition(":")
    chosen, separator, value = rest.partition(":")
    if not separator:
        raise AskingError(f"where: {text[:100]!r} is not allowed; {_FORM}", parameter="where")
    column = _among(columns, name)
    if chosen in _COMPARED:
        return _COMPARED[chosen](rows.c[name], values.bound(values.parsed(column, value)))
    if chosen == "in":
        return rows.c[name].in_([values.bound(values.parsed(column, one)) for one in _listed(value)])
    if chosen == "contains":
        return _containing(rows.c[name], column, value)
    if chosen == "is_null":
        return _null(rows.c[name], value)
    raise AskingError(
        f"where: there is no operator {chosen[:100]!r}; there are {', '.join(OPERATORS)}", allowed=list(OPERATORS)
    )


def _among(columns: Mapping[str, Column], name: str) -> Column:
    if name not in columns:
        raise AskingError(f"where: there is no column {name[:100]!r}; see `allowed`", allowed=list(columns))
    return columns[name]


def _listed(text: str) -> list[str]:
    """The values of a line of CSV: a value with a comma in it stands in double quotes."""
    try:
        (found,) = csv.reader([text], strict=True)
    except (csv.Error, ValueError):
        raise AskingError(f'where: {text[:100]!r} is not allowed; expected values such as GBP,"a, b"') from None
    return found


def _containing(expression: sa.ColumnElement[Any], column: Column, text: str) -> Condition:
    if column.type.kind is not Kind.TEXT:
        raise AskingError(f"where: contains is for texts; {column.name} is a {column.type.sql}")
    return expression.icontains(text, autoescape=True)


def _null(expression: sa.ColumnElement[Any], text: str) -> Condition:
    if text not in {"true", "false"}:
        raise AskingError(f"where: {text[:100]!r} is not allowed; expected is_null:true or is_null:false")
    return expression.is_(None) if text == "true" else expression.is_not(None)
