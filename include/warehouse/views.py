"""The views that analysts read: of each fact the current state, and the history with its periods.

They hold no rows of their own, so they are made anew from the catalogue after every migration.
"""

from collections.abc import Iterator

from include.catalog.model import Table


def view_names(table: Table) -> tuple[str, ...]:
    """The names of a fact's two views; none for other tables."""
    return (f"{table.name}_current", f"{table.name}_history") if table.history == "versions" else ()


def view_statements(table: Table) -> Iterator[str]:
    """The DDL of a fact's two views; nothing for other tables. Names come from the catalogue alone."""
    if table.history != "versions":
        return
    columns = ", ".join((str(table.record_id), *table.column_names))
    key = ", ".join(table.natural_key)
    yield f"""
CREATE OR REPLACE VIEW {table.name}_current AS
SELECT {columns}, _loaded_at AS valid_from
FROM {table.name}
WHERE is_current AND NOT is_deleted
"""  # noqa: S608  no value in it
    yield f"""
CREATE OR REPLACE VIEW {table.name}_history AS
SELECT {columns},
       row_number() OVER versions AS version,
       _loaded_at AS valid_from,
       lead(_loaded_at) OVER versions AS valid_to,
       is_current,
       is_deleted
FROM {table.name}
WINDOW versions AS (PARTITION BY {key} ORDER BY {table.record_id})
"""  # noqa: S608  no value in it
    yield f"""
COMMENT ON VIEW {table.name}_current IS 'The current state: one row a {" and ".join(table.natural_key)}, sum freely.'
"""
    yield f"""
COMMENT ON VIEW {table.name}_history IS
'Every version with the period in which it stood in the warehouse; valid_to is NULL for the latest. Do not sum over it.'
"""
