"""Source columns that nobody declared: each is reported once, and stops nothing."""

import logging
from collections.abc import Iterable

from include.warehouse.connection import Connection

log = logging.getLogger(__name__)


def notice(connection: Connection, columns: Iterable[str]) -> list[str]:
    """Remember undeclared columns, each as `source.table.column`; returns and logs those never met before."""
    found = [
        name
        for name in sorted(set(columns))
        if connection.execute(
            "INSERT INTO etl_source_column (column_name, noticed_at) VALUES (%s, now())"
            " ON CONFLICT DO NOTHING RETURNING column_name",
            [name],
        ).fetchone()
    ]
    for name in found:
        log.warning("%s is a column of the source that the catalogue does not declare; it stays in raw only", name)
    return found
