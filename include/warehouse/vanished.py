"""The guard of tables made of whole files: one in which history is missing is refused, the last good rows stay."""

from psycopg import sql

from include.catalog.model import Table
from include.errors import ContractError
from include.warehouse.connection import Connection

MOST = 3  # rows that may vanish at once; one always may
SHARE = 0.05  # of those held


def refuse_lost_history(connection: Connection, table: Table) -> None:
    """Raise ``ContractError`` if `staging` lacks many rows that the table holds, or ends before it does."""
    key = sql.Identifier(table.natural_key[0])
    held, last, gone, staged_last = connection.execute(
        sql.SQL("""
            SELECT count(*), max(held.{key}), count(*) FILTER (WHERE staged.{key} IS NULL),
                   (SELECT max({key}) FROM staging)
            FROM {table} AS held LEFT JOIN staging AS staged USING ({key})
            WHERE held.is_current AND NOT held.is_deleted
        """).format(key=key, table=sql.Identifier(table.name))
    ).fetchone() or (0, None, 0, None)
    if not held:
        return
    if staged_last is None or staged_last < last:
        _refuse(table, f"rows up to {staged_last}", f"rows up to {last}, which the table holds, or later")
    most = max(1, min(MOST, int(SHARE * held)))
    if gone > most:
        _refuse(table, f"{gone} of {held} rows missing", f"at most {most} of them")


def _refuse(table: Table, found: str, expected: str) -> None:
    raise ContractError(
        f"{table.name}, the files as a whole",
        found=found,
        expected=expected,
        remedy="nothing was changed; the files are fetched anew by the next poll. If they are right, trigger a run with"
        " allow_mass_delete",
    )
