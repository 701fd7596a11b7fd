"""What a load's rows refer to: by dimension, the keys that must be there before the rows are written.

Of a first load they are gathered from the Parquet files, where a column is read by itself, so that they are known
before the first row is copied; of a merge from the rows that it found changed. A foreign key is then checked once
a key instead of once a row.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from psycopg import sql

from include.catalog import TABLES
from include.catalog.model import Table
from include.manifest import Manifest
from include.object_store import ObjectStore
from include.processed.read import batches
from include.warehouse.connection import Connection

MANY = 100_000
"""More keys of a dimension are not carried in a statement: such a first load is merged."""

References = Mapping[str, sql.Composable]
"""By dimension, a query for the keys of it that are referred to: one column, `key`, each key once."""


def of_files(table: Table, manifest: Manifest, processed: ObjectStore) -> References | None:
    """The keys that a load's rows refer to, or None where they are too many for a statement."""
    names = sorted({column.name for column in table.columns if column.references})
    found: dict[str, pa.Array] = {}
    for file in manifest.files if names else ():
        with processed.open(file) as body:
            for batch in batches(pq.ParquetFile(body), names):
                for dimension, keys in _by_dimension(table, batch):
                    found[dimension] = _union(found.get(dimension), keys)
                    if len(found[dimension]) > MANY:
                        return None
    return {dimension: _listed(dimension, keys) for dimension, keys in sorted(found.items())}


def of_changed(table: Table) -> References:
    """The keys that the rows in `changed` refer to."""
    return {
        dimension: sql.SQL(" UNION ").join(
            sql.SQL("SELECT {column} AS key FROM changed WHERE {column} IS NOT NULL").format(
                column=sql.Identifier(column.name)
            )
            for column in table.columns
            if column.references == dimension
        )
        for dimension in sorted({column.references for column in table.columns if column.references})
    }


@contextmanager
def checked(connection: Connection, references: References) -> Iterator[None]:
    """Rows written in this block are known to refer to members that are there and that stay until the commit.

    A foreign key looks each of them up and locks it for every single row: four fifths of the time of a first
    load. The same is done here once a key; then PostgreSQL needs not do it again for each row. Where the role
    may not tell it so (`GRANT SET ON PARAMETER session_replication_role`), it does: slower, no less right.
    """
    if not (references and _may_suspend(connection) and _lock(connection, references)):
        yield
        return
    connection.execute("SET LOCAL session_replication_role = replica")
    yield
    connection.execute("SET LOCAL session_replication_role = origin")


def _may_suspend(connection: Connection) -> bool:
    row = connection.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')").fetchone()
    return bool(row and row[0])


def _lock(connection: Connection, references: References) -> bool:
    """Lock what is referred to, as a foreign key does; whether all of it is there."""
    for dimension, keys in references.items():
        (absent,) = connection.execute(
            sql.SQL("""
                WITH locked AS MATERIALIZED (
                  SELECT {key} AS key FROM {dimension} AS held WHERE {key} IN ({keys}) FOR KEY SHARE)
                SELECT count(*) FROM ({keys}) AS referred (key)
                WHERE NOT EXISTS (SELECT FROM locked WHERE locked.key = referred.key)
            """).format(
                key=sql.Identifier(TABLES[dimension].natural_key[0]), dimension=sql.Identifier(dimension), keys=keys
            )
        ).fetchone() or (1,)
        if absent:
            return False
    return True


def _by_dimension(table: Table, batch: pa.RecordBatch) -> Iterator[tuple[str, pa.Array]]:
    for column in table.columns:
        if column.references:
            yield column.references, pc.drop_null(pc.unique(batch[column.name]))


def _union(held: pa.Array | None, keys: pa.Array) -> pa.Array:
    return keys if held is None else pc.unique(pa.concat_arrays([held, keys]))


def _listed(dimension: str, keys: pa.Array) -> sql.Composable:
    (key,) = (column for column in TABLES[dimension].columns if column.name in TABLES[dimension].natural_key)
    return sql.SQL("SELECT unnest({keys}::{type}[]) AS key").format(
        keys=sql.Literal([str(value) for value in keys.to_pylist()]),
        type=sql.SQL(key.type.sql),  # the catalogue's own spelling
    )
