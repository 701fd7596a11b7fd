"""Turn a column of the source's text into the declared type, exactly or not at all."""

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from include.catalog.model import Column, Kind, Table
from include.processed.schema import arrow_type

_FORMS = {
    Kind.INTEGER: "a whole number of 32 bits",
    Kind.NUMERIC: "a finite number of at most {precision} digits, {scale} of them decimals",
    Kind.BOOLEAN: "t or f",
    Kind.DATE: "a day as YYYY-MM-DD",
    Kind.TIME: "an instant as YYYY-MM-DD HH:MM:SS",
    Kind.TIMESTAMP: "an instant as YYYY-MM-DD HH:MM:SS",
    Kind.TEXT: "text",
}


@dataclass(frozen=True)
class Parsed:
    """A column's values, and which of them break the declaration (None: none does; their value is NULL)."""

    values: pa.Array
    refused: pa.Array | None


def parse(table: Table, column: Column, texts: pa.Array) -> Parsed:
    """Cast a column; a value that does not fit is refused, never changed."""
    try:
        values, refused = _cast(table, column, texts), None
    except pa.ArrowInvalid:
        refused = _unfit(table, column, texts)
        values = _cast(table, column, pc.if_else(refused, pa.scalar(None, texts.type), texts))
    if column.null_as is not None:
        values = pc.fill_null(values, column.null_as)
    return Parsed(values, _either(refused, _forbidden(column, values)))


def expected(column: Column) -> str:
    """What a column's values must be, in words."""
    form = f"one of {', '.join(column.allowed)}" if column.allowed else _FORMS[column.type.kind]
    return form.format(precision=column.type.precision, scale=column.type.scale) + (
        "" if column.nullable else ", never NULL"
    )


def _forbidden(column: Column, values: pa.Array) -> pa.Array | None:
    """NULL where none may be, and texts that the declaration does not list."""
    refused = pc.is_null(values) if values.null_count and not column.nullable else None
    if column.allowed:
        listed = pc.is_in(values, value_set=pa.array(column.allowed, values.type))
        refused = _either(refused, pc.and_(pc.invert(listed), pc.is_valid(values)))
    return refused if refused is not None and pc.any(refused).as_py() else None


def _either(left: pa.Array | None, right: pa.Array | None) -> pa.Array | None:
    if left is None or right is None:
        return right if left is None else left
    return pc.or_(left, right)


def _cast(table: Table, column: Column, texts: pa.Array) -> pa.Array:
    target = arrow_type(column.type)
    if column.type.kind is Kind.BOOLEAN:
        return _boolean(texts)
    if (table.source_type(column) or "").startswith("timestamp"):
        return texts.cast(pa.timestamp("us")).cast(target, safe=column.type.kind is Kind.TIMESTAMP)
    return texts.cast(target)


def _boolean(texts: pa.Array) -> pa.Array:
    """PostgreSQL writes t and f."""
    is_true = pc.equal(texts, "t")
    if pc.any(pc.invert(pc.or_(is_true, pc.equal(texts, "f")))).as_py():
        raise pa.ArrowInvalid("neither t nor f")
    return is_true


def _unfit(table: Table, column: Column, texts: pa.Array) -> pa.Array:
    """Which of the texts cannot be cast, found one distinct text at a time."""
    unfit = [text for text in pc.unique(texts).to_pylist() if not _fits(table, column, text)]
    return pc.is_in(texts, value_set=pa.array(unfit, texts.type))


def _fits(table: Table, column: Column, text: str | None) -> bool:
    try:
        _cast(table, column, pa.array([text], pa.string()))
    except pa.ArrowInvalid:
        return False
    return True
