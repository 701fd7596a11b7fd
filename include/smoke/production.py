"""Production's part of the warehouse, which a test must leave alone while production itself goes on."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import sql

from include.environment import PRODUCTION
from include.smoke.verdict import Finding
from include.warehouse.connection import Connection

_STANDING = "SELECT count(*), coalesce(max(loaded_at), '-infinity')::text FROM {ledger}"
_SINCE = """
SELECT (SELECT count(*) FROM {ledger} WHERE loaded_at <= %(latest)s::timestamptz),
       (SELECT count(*) FROM {ledger} WHERE run_id = ANY(%(runs)s)),
       (SELECT count(*) FROM {alert} WHERE run_id = ANY(%(runs)s))
"""


@dataclass(frozen=True)
class Standing:
    """How many loads production's ledger holds, and when the latest of them was (as PostgreSQL writes it)."""

    loads: int
    latest: str


def standing(connection: Connection) -> Standing:
    """Where production's ledger stands."""
    loads, latest = connection.execute(_placed(_STANDING)).fetchone() or (0, "-infinity")
    return Standing(loads, latest)


def untouched(connection: Connection, before: Standing, runs: Sequence[str]) -> Finding:
    """Whether production's ledger still has every load that it had, and neither a load nor an alert of these runs."""
    values = {"latest": before.latest, "runs": list(runs)}
    kept, loads, alerts = connection.execute(_placed(_SINCE), values).fetchone() or (0, 0, 0)
    if kept < before.loads or loads or alerts:
        return Finding(
            f"{kept} of {before.loads} earlier loads; of the test's runs {loads} loads and {alerts} alerts",
            f"all {before.loads} earlier loads, and nothing of the test's runs",
        )
    return Finding(f"{before.loads} loads before, all still there; none is of the test")


def _placed(statement: str) -> sql.Composed:
    schema = PRODUCTION.warehouse_schema
    return sql.SQL(statement).format(
        ledger=sql.Identifier(schema, "etl_ledger"), alert=sql.Identifier(schema, "etl_alert")
    )
