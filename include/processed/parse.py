"""Turn a column of the source's text into the declared type, exactly or not at all."""

import pyarrow as pa
import pyarrow.compute as pc

from include.catalog.model import Column, Kind, Table
from include.errors import ContractError
from include.processed.schema import arrow_type

_EXAMPLES = 5
_FORMS = {
    Kind.INTEGER: "a whole number of 32 bits",
    Kind.NUMERIC: "a number of the declared precision",
    Kind.BOOLEAN: "t or f",
    Kind.DATE: "a day as YYYY-MM-DD",
    Kind.TIME: "an instant as YYYY-MM-DD HH:MM:SS",
    Kind.TIMESTAMP: "an instant as YYYY-MM-DD HH:MM:SS",
    Kind.TEXT: "text",
}


def parse(table: Table, column: Column, texts: pa.Array) -> pa.Array:
    """The column's values. Raises ``ContractError`` naming the offending values if any does not fit."""
    try:
        values = _cast(table, column, texts)
    except pa.ArrowInvalid as error:
        raise _refused(table, column, texts) from error
    if column.null_as is not None:
        values = pc.fill_null(values, column.null_as)
    if values.null_count and not column.nullable:
        raise _null_refused(table, column, values)
    return values


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


def _refused(table: Table, column: Column, texts: pa.Array) -> ContractError:
    bad = [text for text in pc.unique(texts).to_pylist() if not _fits(table, column, text)]
    rows = pc.sum(pc.is_in(texts, value_set=pa.array(bad, texts.type))).as_py()
    shown = ", ".join(repr(text[:60]) for text in bad[:_EXAMPLES]) + (", …" if len(bad) > _EXAMPLES else "")
    return _contract_error(table, column, found=f"{shown} in {rows} of {len(texts)} rows")


def _null_refused(table: Table, column: Column, values: pa.Array) -> ContractError:
    return _contract_error(table, column, found=f"NULL in {values.null_count} of {len(values)} rows")


def _fits(table: Table, column: Column, text: str | None) -> bool:
    try:
        _cast(table, column, pa.array([text], pa.string()))
    except pa.ArrowInvalid:
        return False
    return True


def _contract_error(table: Table, column: Column, *, found: str) -> ContractError:
    return ContractError(
        f"{table.name}.{column.name} (read from {column.source_name})",
        found=found,
        expected=_FORMS[column.type.kind] + ("" if column.nullable else ", never NULL"),
        remedy="correct the source; nothing of this load reached the warehouse, the next run reads the rows again",
    )
