"""A table's columns and keys as SQL, quoted."""

from psycopg import sql

from include.catalog.model import Table


def columns(table: Table, alias: str | None = None) -> sql.Composable:
    """The published columns, separated by commas."""
    return _listed(table.column_names, alias)


def keys(table: Table, alias: str | None = None) -> sql.Composable:
    """The natural key's columns, separated by commas."""
    return _listed(table.natural_key, alias)


def same_key(table: Table, left: str, right: str) -> sql.Composable:
    """True where two rows, by their aliases, have the same natural key."""
    return sql.SQL(" AND ").join(
        sql.SQL("{left} = {right}").format(left=sql.Identifier(left, name), right=sql.Identifier(right, name))
        for name in table.natural_key
    )


def _listed(names: tuple[str, ...], alias: str | None) -> sql.Composable:
    return sql.SQL(", ").join(sql.Identifier(alias, name) if alias else sql.Identifier(name) for name in names)
