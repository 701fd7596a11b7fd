"""A source for the testing environment: the catalogue's source tables, with a few dummy rows, beside the warehouse."""

from psycopg import sql

from include.catalog import SOURCE_FED
from include.catalog.model import SourceTable
from include.environment import TESTING
from include.testing.rows import ROWS, STAMP
from include.warehouse import schemas
from include.warehouse.connection import Connection

MALFORMED = "fact_sales_order"
"""The one warehouse table that `malform` makes fail."""

_ADD = """
INSERT INTO {sales_order}
SELECT (jsonb_populate_record(copied, jsonb_build_object(
         'sales_order_id', (SELECT max(sales_order_id) + 1 FROM {sales_order}),
         'created_at', now() AT TIME ZONE 'UTC', 'last_updated', now() AT TIME ZONE 'UTC'))).*
FROM {sales_order} AS copied WHERE sales_order_id = 1
RETURNING sales_order_id
"""
_REVISE = """
UPDATE {sales_order} SET unit_price = unit_price + 1, last_updated = now() AT TIME ZONE 'UTC'
WHERE sales_order_id = 1 RETURNING sales_order_id
"""


def create(connection: Connection) -> None:
    """Make each source table that the catalogue declares, with the dummy rows, all or nothing."""
    with connection.transaction():
        schemas.make(connection, TESTING.source_schema)
        for name, labels in _enums().items():
            _create_enum(connection, name, labels)
        for table in source_tables():
            _create_table(connection, table)
            _fill(connection, table)


def change(connection: Connection) -> tuple[int, int]:
    """Add one sales order and revise another; returns their ids, the added one's first."""
    with connection.transaction():
        (added,) = connection.execute(_of_sales_order(_ADD)).fetchone() or (0,)
        (revised,) = connection.execute(_of_sales_order(_REVISE)).fetchone() or (0,)
    return int(added), int(revised)


def malform(connection: Connection) -> None:
    """Rename a declared column: the next run's extract of `MALFORMED` fails with ``SchemaDriftError``, and it alone."""
    with connection.transaction():
        connection.execute(_of_sales_order("ALTER TABLE {sales_order} RENAME COLUMN units_sold TO units"))


def mend(connection: Connection) -> None:
    """Undo `malform`."""
    with connection.transaction():
        connection.execute(_of_sales_order("ALTER TABLE {sales_order} RENAME COLUMN units TO units_sold"))


def source_tables() -> list[SourceTable]:
    """Every source table that the catalogue declares, once."""
    return list({source.name: source for table in SOURCE_FED for source in table.source_tables}.values())


def _of_sales_order(statement: str) -> sql.Composed:
    return sql.SQL(statement).format(sales_order=_placed("sales_order"))


def _placed(name: str) -> sql.Identifier:
    """A table or type of the dummy source, whatever the connection's search path."""
    return sql.Identifier(TESTING.source_schema, name)


def _enums() -> dict[str, tuple[str, ...]]:
    """The source's own types, which the catalogue spells with quotes, and the texts that each allows."""
    typed = [(table.source_type(column), column.allowed) for table in SOURCE_FED for column in table.columns]
    return {kind.strip('"'): allowed for kind, allowed in typed if kind and kind.startswith('"')}


def _create_enum(connection: Connection, name: str, labels: tuple[str, ...]) -> None:
    connection.execute(
        sql.SQL("CREATE TYPE {name} AS ENUM ({labels})").format(
            name=_placed(name), labels=sql.SQL(", ").join(map(sql.Literal, labels))
        )
    )


def _create_table(connection: Connection, table: SourceTable) -> None:
    columns = [
        sql.SQL("{name} {kind}").format(name=sql.Identifier(name), kind=_type(kind))
        for name, kind in table.columns.items()
    ]
    connection.execute(
        sql.SQL("CREATE TABLE {table} ({columns}, PRIMARY KEY ({key}))").format(
            table=_placed(table.name), columns=sql.SQL(", ").join(columns), key=sql.Identifier(table.key)
        )
    )


def _type(declared: str) -> sql.Composable:
    """A declared type, the first where several are allowed."""
    first = declared.partition(" or ")[0]
    return _placed(first.strip('"')) if first.startswith('"') else sql.SQL(first)


def _fill(connection: Connection, table: SourceTable) -> None:
    for row in ROWS.get(table.name, ()):
        values = {"created_at": STAMP, "last_updated": STAMP, **row}
        connection.execute(
            sql.SQL("INSERT INTO {table} ({columns}) VALUES ({values})").format(
                table=_placed(table.name),
                columns=sql.SQL(", ").join(map(sql.Identifier, values)),
                values=sql.SQL(", ").join(map(sql.Placeholder, values)),
            ),
            values,
        )
