"""The Arrow schema of a warehouse table, derived from its declaration."""

import pyarrow as pa

from include.catalog.model import Column, ColumnType, Kind, Table

_SIMPLE = {
    Kind.INTEGER: pa.int32(),
    Kind.TEXT: pa.string(),
    Kind.BOOLEAN: pa.bool_(),
    Kind.DATE: pa.date32(),
    Kind.TIME: pa.time64("us"),
    Kind.TIMESTAMP: pa.timestamp("us"),
}


def arrow_type(column_type: ColumnType) -> pa.DataType:
    """The Arrow type that a column has in Parquet and on its way into the warehouse."""
    if column_type.precision is not None and column_type.scale is not None:
        return pa.decimal128(column_type.precision, column_type.scale)
    return _SIMPLE[column_type.kind]


def arrow_schema(table: Table) -> pa.Schema:
    """The schema of a table's Parquet files: the published columns, in order, described."""
    return pa.schema([_field(column) for column in table.columns])


def _field(column: Column) -> pa.Field:
    return pa.field(
        column.name,
        arrow_type(column.type),
        nullable=column.nullable,
        metadata={"description": column.description},
    )
