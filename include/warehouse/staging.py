"""Copy a load's Parquet into per-load temporary tables: `staging` for its rows, `present` for the source's keys."""

import pyarrow as pa
from psycopg import sql

from include.catalog.model import Table
from include.manifest import Manifest, StoredFile
from include.object_store import ObjectStore
from include.processed.schema import arrow_schema
from include.warehouse.connection import Connection
from include.warehouse.copy_in import copy_files


def stage(connection: Connection, table: Table, manifest: Manifest, processed: ObjectStore) -> int:
    """Fill `staging` with the manifest's rows, keyed by the natural key; returns their number.

    It has the published columns with the warehouse's types and goes with the transaction. Raises
    ``DamagedObjectError`` when the rows are not as many as the manifest says.
    """
    return _fill(connection, "staging", table, table.column_names, manifest.files, processed)


def stage_keys(connection: Connection, table: Table, keys: tuple[StoredFile, ...], processed: ObjectStore) -> int:
    """Fill `present` with the natural keys of all rows that the source had; returns their number."""
    return _fill(connection, "present", table, table.natural_key, keys, processed)


def _fill(
    connection: Connection,
    name: str,
    table: Table,
    columns: tuple[str, ...],
    files: tuple[StoredFile, ...],
    processed: ObjectStore,
) -> int:
    _create(connection, name, table, columns)
    fields = arrow_schema(table)
    rows = copy_files(connection, name, pa.schema([fields.field(column) for column in columns]), files, processed)
    connection.execute(
        sql.SQL("ALTER TABLE {name} ADD PRIMARY KEY ({keys})").format(
            name=sql.Identifier(name), keys=_joined(table.natural_key)
        )
    )
    connection.execute(sql.SQL("ANALYZE {name}").format(name=sql.Identifier(name)))
    return rows


def _create(connection: Connection, name: str, table: Table, columns: tuple[str, ...]) -> None:
    # A replay loads many times within one transaction: an earlier one may still be there.
    connection.execute(sql.SQL("DROP TABLE IF EXISTS pg_temp.{name}").format(name=sql.Identifier(name)))
    connection.execute(
        sql.SQL("CREATE TEMPORARY TABLE {name} ON COMMIT DROP AS SELECT {columns} FROM {table} WITH NO DATA").format(
            name=sql.Identifier(name), columns=_joined(columns), table=sql.Identifier(table.name)
        )
    )


def _joined(names: tuple[str, ...]) -> sql.Composable:
    return sql.SQL(", ").join(map(sql.Identifier, names))
