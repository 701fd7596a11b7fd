"""Source columns that nobody declared: each is reported once, and stops nothing."""

import logging
from collections.abc import Iterable

from include.warehouse.connection import Connection, transaction

log = logging.getLogger(__name__)


def notice(connection: Connection, columns: Iterable[tuple[str, str]]) -> list[str]:
    """Remember undeclared columns, given as (table, column); returns and logs those that were never met before."""
    undeclared = list(columns)
    if not undeclared:
        return []
    with transaction(connection):
        found = [
            f"{table}.{column}"
            for table, column in undeclared
            if connection.execute(
                "INSERT INTO etl_source_column (source_table, column_name, noticed_at) VALUES (%s, %s, now())"
                " ON CONFLICT DO NOTHING RETURNING column_name",
                [table, column],
            ).fetchone()
        ]
    for name in found:
        log.warning("%s is a column of the source that the catalogue does not declare; it stays in raw only", name)
    return found
