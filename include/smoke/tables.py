"""What the testing warehouse holds, compared with what its dummy source holds, by SQL in one database.

All connections here have testing's search path.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from psycopg import sql

from include.catalog import SOURCE_FED
from include.catalog.model import Column, SourceTable, Table
from include.environment import TESTING
from include.smoke.verdict import Finding
from include.warehouse.connection import Connection

# What a table's transform adds is in no source; a column that is not here is not compared.
_ADDED = {
    "currency_name": "CASE currency_code WHEN 'GBP' THEN 'Pound Sterling' WHEN 'USD' THEN 'US Dollar'"
    " WHEN 'EUR' THEN 'Euro' END",
}
_COMPARE = """
WITH expected AS ({expected}), held AS ({held}),
     missing AS (TABLE expected EXCEPT ALL TABLE held), surplus AS (TABLE held EXCEPT ALL TABLE expected)
SELECT (SELECT count(*) FROM held), (SELECT count(*) FROM missing), (SELECT count(*) FROM surplus),
       (SELECT missing::text FROM missing LIMIT 1), (SELECT surplus::text FROM surplus LIMIT 1)
"""


def as_the_source(connection: Connection) -> Finding:
    """Whether each table's current rows are exactly what the source holds."""
    found, expected, rows = [], [], 0
    for table in SOURCE_FED:
        held, missing, surplus, lacks, has = connection.execute(_comparison(table)).fetchone() or (0, 0, 0, "", "")
        rows += held
        if missing:
            expected.append(f"{table.name} with {_some(missing, lacks)}")
            found.append(f"{table.name} without {_some(missing, lacks)}")
        if surplus:
            expected.append(f"{table.name} without {_some(surplus, has)}")
            found.append(f"{table.name} with {_some(surplus, has)}")
    if found:
        return Finding("; ".join(found), "; ".join(expected))
    return Finding(f"{len(SOURCE_FED)} tables, {rows} rows, as in the source")


def contents(connection: Connection) -> dict[str, str]:
    """A checksum of every row and version of each table."""
    checksums = {}
    for table in SOURCE_FED:
        statement = sql.SQL("SELECT coalesce(md5(string_agg(t::text, ';' ORDER BY t::text)), '') FROM {} AS t")
        (checksums[table.name],) = connection.execute(statement.format(sql.Identifier(table.name))).fetchone() or ("",)
    return checksums


def unchanged(connection: Connection, before: dict[str, str]) -> Finding:
    """Whether every table holds what it held."""
    now = contents(connection)
    if others := [name for name in now if now[name] != before[name]]:
        return Finding(f"{', '.join(others)} changed", "every table as it was")
    return Finding(f"{len(now)} tables as they were")


def versions(connection: Connection, sales_order_id: int) -> list[tuple[Decimal, bool]]:
    """The versions of one sales order that the warehouse holds, oldest first: price, and whether it is current."""
    return connection.execute(
        "SELECT unit_price, is_current FROM fact_sales_order WHERE sales_order_id = %s ORDER BY sales_record_id",
        [sales_order_id],
    ).fetchall()


def has_versions(connection: Connection, prices: Mapping[int, Sequence[Decimal]]) -> Finding:
    """Whether the sales orders have exactly the versions with these prices, oldest first, the last one current."""
    found = {order: versions(connection, order) for order in prices}
    wanted = {
        order: [(price, number == len(listed)) for number, price in enumerate(listed, 1)]
        for order, listed in prices.items()
    }
    told = "; ".join(f"order {order}: {_versions(listed)}" for order, listed in found.items())
    if found != wanted:
        return Finding(told, "; ".join(f"order {order}: {_versions(listed)}" for order, listed in wanted.items()))
    return Finding(told)


def source_price(connection: Connection, sales_order_id: int) -> Decimal:
    """The price of one sales order in the dummy source."""
    statement = sql.SQL("SELECT unit_price FROM {} WHERE sales_order_id = %s")
    placed = statement.format(sql.Identifier(TESTING.source_schema, "sales_order"))
    (price,) = connection.execute(placed, [sales_order_id]).fetchone() or (Decimal(0),)
    return Decimal(price)


def _comparison(table: Table) -> sql.Composed:
    compared = [column for column in table.columns if table.source_type(column) or column.name in _ADDED]
    return sql.SQL(_COMPARE).format(expected=_expected(table, compared), held=_held(table, compared))


def _held(table: Table, columns: list[Column]) -> sql.Composed:
    names = sql.SQL(", ").join(sql.Identifier(column.name) for column in columns)
    return sql.SQL("SELECT {} FROM {}").format(names, sql.Identifier(f"{table.name}_current"))


def _expected(table: Table, columns: list[Column]) -> sql.Composed:
    """The table's rows by its declaration: the driving table with its lookups, each column cast to its type."""
    driving, *_ = table.source_tables
    joins = [
        sql.SQL("LEFT JOIN {table} ON {key} = {foreign_key}").format(
            table=_placed(lookup.table),
            key=sql.Identifier(lookup.table.name, lookup.table.key),
            foreign_key=sql.Identifier(driving.name, lookup.foreign_key),
        )
        for lookup in table.lookups
    ]
    return sql.SQL("SELECT {columns} FROM {driving} {joins}").format(
        columns=sql.SQL(", ").join(_value(driving, column) for column in columns),
        driving=_placed(driving),
        joins=sql.SQL(" ").join(joins),
    )


def _value(driving: SourceTable, column: Column) -> sql.Composed:
    if column.name in _ADDED:
        return sql.SQL("{}::{}").format(sql.SQL(_ADDED[column.name]), sql.SQL(column.type.sql))
    of, _, name = column.source_name.rpartition(".")
    value = sql.SQL("{}::{}").format(sql.Identifier(of or driving.name, name), sql.SQL(column.type.sql))
    return sql.SQL("coalesce({}, {})").format(value, sql.Literal(column.null_as)) if column.null_as else value


def _placed(source: SourceTable) -> sql.Composed:
    return sql.SQL("{} AS {}").format(sql.Identifier(TESTING.source_schema, source.name), sql.Identifier(source.name))


def _some(count: int, example: str) -> str:
    return f"{count} row{'' if count == 1 else 's'} like {example}"


def _versions(listed: Sequence[tuple[Decimal, bool]]) -> str:
    """`2.50, 3.50 (current)`."""
    return ", ".join(f"{price}{' (current)' if current else ''}" for price, current in listed) or "none"
