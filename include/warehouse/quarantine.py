"""The warehouse's list of quarantined rows: opened when a row is set aside, resolved when it loads or goes."""

from psycopg import sql

from include.catalog.model import Table
from include.manifest import Manifest
from include.object_store import ObjectStore
from include.processed.quarantine import read_lines
from include.warehouse.connection import Connection

_OPEN = """
INSERT INTO etl_quarantine AS held (table_name, natural_key, rules, object_key, load_id, found_at)
VALUES (%s, %s, %s, %s, %s, %s)
ON CONFLICT (table_name, natural_key) WHERE resolved_at IS NULL
DO UPDATE SET rules = excluded.rules, object_key = excluded.object_key, load_id = excluded.load_id
"""
_RESOLVE = """
UPDATE etl_quarantine AS entry SET resolved_at = %s
WHERE table_name = %s AND resolved_at IS NULL AND {condition}
"""


def resolve(connection: Connection, table: Table, manifest: Manifest, *, keys_staged: bool) -> None:
    """Close the entries of rows that `staging` now holds, and of rows that the source no longer has."""
    conditions = [sql.SQL("EXISTS (SELECT FROM staging AS found WHERE {same})").format(same=_same_key(table))]
    if keys_staged:
        conditions.append(
            sql.SQL("NOT EXISTS (SELECT FROM present AS found WHERE {same})").format(same=_same_key(table))
        )
    for condition in conditions:
        connection.execute(sql.SQL(_RESOLVE).format(condition=condition), [manifest.origin.snapshot_at, table.name])


def record(connection: Connection, table: Table, manifest: Manifest, processed: ObjectStore) -> int:
    """List the load's quarantined rows, once a row; returns their number."""
    origin = manifest.origin
    for file in manifest.quarantine_files:
        with processed.open(file) as body, connection.cursor() as cursor:
            cursor.executemany(
                _OPEN,
                (
                    (table.name, row.natural_key, "; ".join(row.rules), file.key, origin.load_id, origin.snapshot_at)
                    for row in read_lines(body)
                ),
            )
    return sum(file.rows for file in manifest.quarantine_files)


def open_keys(connection: Connection, table: Table) -> list[str]:
    """The keys of a table's rows that are set aside now, as text, their parts joined by commas."""
    rows = connection.execute(
        "SELECT natural_key FROM etl_quarantine WHERE table_name = %s AND resolved_at IS NULL", [table.name]
    )
    return [key for (key,) in rows]


def _same_key(table: Table) -> sql.Composable:
    key = sql.SQL(", ").join(sql.SQL("found.{name}").format(name=sql.Identifier(name)) for name in table.natural_key)
    return sql.SQL("entry.natural_key = concat_ws(',', {key})").format(key=key)
