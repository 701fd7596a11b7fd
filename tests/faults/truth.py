"""The harness's own truth: what each source row was at any snapshot, from triggers in the test's shop.

Nothing here comes from the product: the log is written by triggers, a state is rebuilt from it by
PostgreSQL's own snapshot functions, and turned into warehouse rows by the hand-written SQL of
`tests/expected.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from local.shop.schema import TABLES
from tests.expected import EXPECTED

SOURCES = {
    "dim_counterparty": ("counterparty", "address"),
    "dim_currency": ("currency",),
    "dim_design": ("design",),
    "dim_location": ("address",),
    "dim_payment_type": ("payment_type",),
    "dim_staff": ("staff", "department"),
    "dim_transaction": ("transaction",),
    "fact_payment": ("payment",),
    "fact_purchase_order": ("purchase_order",),
    "fact_sales_order": ("sales_order",),
}
"""The source tables of each warehouse table, the driving one first."""

_STAMPED = "isfinite(last_updated) AND isfinite(created_at) AND last_updated >= '0001-01-01'"
_DAYS = {
    "sales_order": ("agreed_delivery_date", "agreed_payment_date"),
    "purchase_order": ("agreed_delivery_date", "agreed_payment_date"),
    "payment": ("payment_date",),
}
_AMOUNTS = {"sales_order": "unit_price", "purchase_order": "item_unit_price", "payment": "payment_amount"}

State = dict[int, str | None]
"""A table at one moment: the warehouse row of each key as text; None for a row that need not load (odd values)."""

Connection = psycopg.Connection[tuple[Any, ...]]


def install(connection: Connection) -> None:
    """Log what is there, and from now on every change of every business table."""
    connection.execute((Path(__file__).parent / "truth.sql").read_text())
    for table in TABLES:
        names = {"table": sql.Identifier(table), "name": sql.Literal(table), "key": sql.Literal(f"{table}_id")}
        for statement in (
            """INSERT INTO truth.log (table_name, key, operation, row)
               SELECT {name}, (to_jsonb(r) ->> {key})::integer, 'INSERT', to_jsonb(r) FROM public.{table} AS r""",
            """CREATE TRIGGER truth AFTER INSERT OR UPDATE OR DELETE ON public.{table}
               FOR EACH ROW EXECUTE FUNCTION truth.note({key})""",
            """CREATE TRIGGER truth_truncate AFTER TRUNCATE ON public.{table}
               FOR EACH STATEMENT EXECUTE FUNCTION truth.note_truncate()""",
        ):
            connection.execute(sql.SQL(statement).format(**names))


def state_at(connection: Connection, table: str, snapshot: str, window: tuple[str, str] | None = None) -> State:
    """What a warehouse table should show of the source at this snapshot; of rows stamped in ``window`` alone."""
    return _state(connection, table, {source: _logged(source, snapshot) for source in SOURCES[table]}, window)


def state_now(connection: Connection, table: str) -> State:
    """The same of the source as it stands, read from its tables and not from the log."""
    live = {source: sql.SQL("SELECT * FROM public.{}").format(sql.Identifier(source)) for source in SOURCES[table]}
    return _state(connection, table, live)


def ever(connection: Connection, table: str) -> set[int]:
    """Every key that the driving source table ever held."""
    driving = SOURCES[table][0]
    return {key for (key,) in connection.execute("SELECT DISTINCT key FROM truth.log WHERE table_name = %s", [driving])}


def snapshot_now(connection: Connection) -> str:
    """The source's snapshot at this moment."""
    (row,) = connection.execute("SELECT pg_current_snapshot()::text").fetchall()
    return str(row[0])


def _logged(source: str, snapshot: str) -> sql.Composable:
    """The rows of a source table that a snapshot sees, rebuilt from the log."""
    return sql.SQL("""
        SELECT rebuilt.* FROM (
          SELECT DISTINCT ON (key) operation, row FROM truth.log
          WHERE table_name = {name} AND pg_visible_in_snapshot(xid, {snapshot}::pg_snapshot)
          ORDER BY key, serial DESC) AS last, jsonb_populate_record(NULL::public.{source}, last.row) AS rebuilt
        WHERE last.operation <> 'DELETE'
    """).format(name=sql.Literal(source), source=sql.Identifier(source), snapshot=sql.Literal(snapshot))


def _state(
    connection: Connection, table: str, rows: Mapping[str, sql.Composable], window: tuple[str, str] | None = None
) -> State:
    """Run the expected SQL over rows that shadow the real tables by name; odd rows stay outside of it."""
    driving = SOURCES[table][0]
    shadows = [
        sql.SQL("{name} AS MATERIALIZED (SELECT * FROM {every} WHERE {plain})").format(
            name=sql.Identifier(source),
            every=sql.Identifier(f"every_{source}"),
            plain=sql.SQL(_plain(source) if source == driving else "true"),
        )
        for source in rows
    ]
    statement = sql.SQL("""
        WITH {rows}, {shadows}
        SELECT every.{key}, shown::text
        FROM {every} AS every LEFT JOIN ({expected}) AS shown (key) ON shown.key = every.{key}
        WHERE {stamped}
    """).format(
        rows=sql.SQL(", ").join(
            sql.SQL("{} AS MATERIALIZED ({})").format(sql.Identifier(f"every_{source}"), of_source)
            for source, of_source in rows.items()
        ),
        shadows=sql.SQL(", ").join(shadows),
        key=sql.Identifier(f"{driving}_id"),
        every=sql.Identifier(f"every_{driving}"),
        expected=sql.SQL(EXPECTED[table]),
        stamped=_stamped_within(window),
    )
    return dict(connection.execute(statement).fetchall())


def _stamped_within(window: tuple[str, str] | None) -> sql.Composable:
    """True for the rows that a backfill of this window (ISO 8601) reads."""
    if window is None:
        return sql.SQL("true")
    return sql.SQL(
        "every.last_updated >= {}::timestamptz AT TIME ZONE 'UTC'"
        " AND every.last_updated < {}::timestamptz AT TIME ZONE 'UTC'"
    ).format(*map(sql.Literal, window))


def _plain(source: str) -> str:
    """A row that must load: stamps that are there and finite, days that are written YYYY-MM-DD, a finite amount."""
    days = (
        rf"{column} ~ '^\d{{4}}-\d\d-\d\d$' AND pg_input_is_valid({column}, 'date')" for column in _DAYS.get(source, ())
    )
    finite = (f"{_AMOUNTS[source]} <> 'NaN'",) if source in _AMOUNTS else ()
    return " AND ".join((_STAMPED, *days, *finite))
