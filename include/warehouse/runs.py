"""The list of runs: how each one ended, and where every table stood then."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from include.warehouse.connection import Connection

KEPT = timedelta(days=90)
_AT_ONCE = 50
"""Old runs that one run removes; it adds one."""

# What a run loaded is what committed under its id, in whichever of its tries.
_RUN = """
INSERT INTO etl_run AS held (
  run_id, run_type, started_at, ended_at, outcome, tables_loaded, tables_unchanged, tables_failed, tasks_failed,
  rows_new, rows_revised, rows_deleted, rows_quarantined)
SELECT %(run_id)s, %(run_type)s, %(started_at)s, %(ended_at)s, %(outcome)s,
  count(DISTINCT table_name) FILTER (WHERE table_name = ANY(%(well)s)),
  cardinality(%(well)s::text[]) - count(DISTINCT table_name) FILTER (WHERE table_name = ANY(%(well)s)),
  %(tables_failed)s, %(tasks_failed)s,
  coalesce(sum(rows_new), 0), coalesce(sum(rows_revised), 0),
  coalesce(sum(rows_deleted), 0), coalesce(sum(rows_quarantined), 0)
FROM etl_ledger WHERE run_id = %(run_id)s
ON CONFLICT (run_id) DO UPDATE SET (
  run_type, started_at, ended_at, outcome, tables_loaded, tables_unchanged, tables_failed, tasks_failed,
  rows_new, rows_revised, rows_deleted, rows_quarantined) = (
  excluded.run_type, excluded.started_at, excluded.ended_at, excluded.outcome, excluded.tables_loaded,
  excluded.tables_unchanged, excluded.tables_failed, excluded.tasks_failed,
  excluded.rows_new, excluded.rows_revised, excluded.rows_deleted, excluded.rows_quarantined)
"""
_STANDS = """
INSERT INTO etl_run_table AS held (run_id, table_name, fresh_at)
SELECT %(run_id)s, table_name, fresh_at FROM etl_watermark WHERE fresh_at IS NOT NULL
ON CONFLICT (run_id, table_name) DO UPDATE SET fresh_at = excluded.fresh_at
"""
_PRUNE = """
DELETE FROM etl_run WHERE run_id IN (
  SELECT run_id FROM etl_run WHERE ended_at < %(before)s ORDER BY ended_at LIMIT %(at_once)s)
"""


@dataclass(frozen=True, kw_only=True)
class EndedRun:
    """How a run ended: the tables that it brought up to date, how many it did not, and the tasks that failed."""

    run_id: str
    run_type: str
    started_at: datetime
    ended_at: datetime
    well: Sequence[str]
    tables_failed: int
    tasks_failed: Sequence[str]

    @property
    def outcome(self) -> str:
        """`success` or `failed`."""
        return "failed" if self.tasks_failed or self.tables_failed else "success"


def record(connection: Connection, run: EndedRun) -> None:
    """Note a run, its rows by the ledger, and where every table stands; and forget what is older than 90 days.

    To be called inside a transaction. A run that is noted again, because its report was repeated, is noted anew.
    """
    values = {
        "run_id": run.run_id,
        "run_type": run.run_type,
        "started_at": run.started_at,
        "ended_at": run.ended_at,
        "outcome": run.outcome,
        "well": list(run.well),
        "tables_failed": run.tables_failed,
        "tasks_failed": " ".join(sorted(run.tasks_failed)),
    }
    connection.execute(_RUN, values)
    connection.execute(_STANDS, {"run_id": run.run_id})
    connection.execute(_PRUNE, {"before": run.ended_at - KEPT, "at_once": _AT_ONCE})
