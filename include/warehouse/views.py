"""The views that analysts read: of each table the current state, of a fact the history with its periods too.

They hold no rows of their own, so they are made anew from the catalogue after every migration.
"""

from collections.abc import Iterator

from include.catalog.covid.covid_us_daily import COVID_US_DAILY
from include.catalog.model import Table
from include.warehouse.covid_views import VIEWS as COVID_VIEWS
from include.warehouse.covid_views import covid_statements


def view_names(table: Table) -> tuple[str, ...]:
    """The names of a table's views; none for a generated table."""
    if not table.is_fed:
        return ()
    own = COVID_VIEWS if table.name == COVID_US_DAILY.name else ()
    return (*own, f"{table.name}_current", *([f"{table.name}_history"] if table.history == "versions" else []))


def view_statements(table: Table) -> Iterator[str]:
    """The DDL of a table's views. Names come from the catalogue alone."""
    yield from star_statements(table)
    if table.name == COVID_US_DAILY.name:
        yield from covid_statements()


def star_statements(table: Table) -> Iterator[str]:
    """The DDL of the views that every fed table has; DuckDB understands it too."""
    if not table.is_fed:
        return
    yield from _current(table)
    if table.history == "versions":
        yield from _history(table)


def _current(table: Table) -> Iterator[str]:
    key = " and ".join(table.natural_key)
    if table.history == "versions":
        columns, condition = f"{_columns(table)}, _seen_at AS valid_from", "is_current AND NOT is_deleted"
    else:
        columns, condition = f"{_columns(table)}, is_inferred", "NOT is_deleted"
    yield f"CREATE OR REPLACE VIEW {table.name}_current AS SELECT {columns} FROM {table.name} WHERE {condition}"  # noqa: S608  no value in it
    yield f"COMMENT ON VIEW {table.name}_current IS 'The current state: one row a {key}, none that was deleted.'"


def _history(table: Table) -> Iterator[str]:
    yield f"""
CREATE OR REPLACE VIEW {table.name}_history AS
SELECT {_columns(table)},
       row_number() OVER versions AS version,
       _seen_at AS valid_from,
       lead(_seen_at) OVER versions AS valid_to,
       is_current,
       is_deleted
FROM {table.name}
WINDOW versions AS (PARTITION BY {", ".join(table.natural_key)} ORDER BY {table.record_id})
"""  # noqa: S608  no value in it
    yield f"""
COMMENT ON VIEW {table.name}_history IS
'Every version with the period in which the source was seen to hold it; valid_to is NULL for the latest. Never sum it.'
"""


def _columns(table: Table) -> str:
    return ", ".join((*([table.record_id] if table.record_id else []), *table.column_names))
