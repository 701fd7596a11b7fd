"""The rules that hold between declarations, checked when the catalogue is imported."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from include.catalog.model import Column, Table
from include.errors import DeclarationError


def registry(tables: Iterable[Table]) -> Mapping[str, Table]:
    """The tables by name, dimensions before the facts that refer to them as given.

    Raises ``DeclarationError`` for two tables of one name, a column read from nowhere, and a
    reference to no dimension.
    """
    by_name: dict[str, Table] = {}
    for table in tables:
        if table.name in by_name:
            _refuse(table, found="its name twice", expected="one declaration a table")
        by_name[table.name] = table
    for table in by_name.values():
        for column in table.columns:
            _check_origin(table, column)
            _check_reference(table, column, by_name)
    return MappingProxyType(by_name)


def _check_origin(table: Table, column: Column) -> None:
    if table.driving is None or table.transform is not None:
        return
    table_name, dot, name = column.source_name.rpartition(".")
    columns = {source.name: source.columns for source in table.source_tables}
    if name not in columns.get(table_name if dot else table.driving.name, {}):
        _refuse(table, found=f"{column.name} read from {column.source_name!r}", expected="a column of its source")


def _check_reference(table: Table, column: Column, by_name: Mapping[str, Table]) -> None:
    if column.references is None:
        return
    dimension = by_name.get(column.references)
    if dimension is None or dimension.history != "latest" or len(dimension.natural_key) != 1:
        _refuse(table, found=f"{column.name} refers to {column.references!r}", expected="a dimension of one key")


def _refuse(table: Table, *, found: str, expected: str) -> None:
    raise DeclarationError(
        f"table {table.name}", found=found, expected=expected, remedy="correct its file in include/catalog"
    )
