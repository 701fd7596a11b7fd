"""What happened in the warehouse that nobody was told of yet.

Every row that people are told of has a column `alert_id`, set in the transaction that writes the alert
down: so a run that dies before it told is told of by the next one, and none twice.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from include.alerts.incidents import Run, digest
from include.alerts.model import Alert, DataQuality, Event, Loaded, SetAside, TableLoad
from include.alerts.notes import note_of
from include.warehouse.connection import Connection

LEFT_BEHIND = timedelta(minutes=30)
"""After so long another run's loads are told of here: it will not do that itself any more."""

_UNTOLD_LOADS = """
SELECT load_id, run_id, table_name, mode, rows_new, rows_revised, rows_deleted, rows_quarantined,
       snapshot_at, loaded_at
FROM etl_ledger WHERE alert_id IS NULL AND (run_id = %s OR loaded_at < %s)
ORDER BY loaded_at FOR UPDATE SKIP LOCKED
"""
_SET_ASIDE = """
UPDATE etl_quarantine SET alert_id = %s WHERE alert_id IS NULL AND resolved_at IS NULL
RETURNING table_name, natural_key, rules
"""
_UNDECLARED = "UPDATE etl_source_column SET alert_id = %s WHERE alert_id IS NULL RETURNING column_name"
_DIFFERENT = """
WITH untold AS (UPDATE etl_check SET alert_id = %s WHERE alert_id IS NULL
                RETURNING check_id, table_name, checked_at, outcome)
SELECT DISTINCT table_name FROM untold WHERE outcome = 'different' AND 'different' IS DISTINCT FROM (
    SELECT earlier.outcome FROM etl_check AS earlier
    WHERE earlier.table_name = untold.table_name
      AND (earlier.checked_at, earlier.check_id) < (untold.checked_at, untold.check_id)
    ORDER BY earlier.checked_at DESC, earlier.check_id DESC LIMIT 1)
ORDER BY table_name
"""


class _Load(NamedTuple):
    load_id: str
    run_id: str
    table: str
    mode: str
    rows_new: int
    rows_revised: int
    rows_deleted: int
    rows_quarantined: int
    snapshot_at: datetime
    loaded_at: datetime

    @property
    def changed(self) -> bool:
        return bool(self.rows_new or self.rows_revised or self.rows_deleted or self.rows_quarantined)


def loaded_alerts(connection: Connection, run: Run, at: datetime) -> list[Alert]:
    """One alert for each run that changed something, of the loads nobody was told of, marked as told.

    To be called inside the transaction that writes the alerts down.
    """
    by_run: defaultdict[str, list[_Load]] = defaultdict(list)
    for row in connection.execute(_UNTOLD_LOADS, [run.run_id, at - LEFT_BEHIND]):
        load = _Load(*row)
        by_run[load.run_id].append(load)
    alerts = []
    for run_id, loads in by_run.items():
        load_ids = sorted(load.load_id for load in loads)
        alert_id = f"loaded/{run_id}/" + digest("\n".join(load_ids))
        connection.execute("UPDATE etl_ledger SET alert_id = %s WHERE load_id = ANY(%s)", [alert_id, load_ids])
        if any(load.changed for load in loads):
            of = run if run_id == run.run_id else replace(run, run_id=run_id, url=None)
            alerts.append(_loaded(connection, of, alert_id, loads, at))
    return alerts


def quality_alerts(connection: Connection, run: Run, at: datetime) -> list[Alert]:
    """The alert of rows set aside, tables that differ and undeclared columns that nobody was told of; or none.

    A table that differs check after check is told of once. To be called as ``loaded_alerts`` is.
    """
    alert_id = f"data_quality/{run.run_id}/{at.isoformat()}"
    facts = DataQuality(
        set_aside=_set_aside(connection, alert_id),
        different=tuple(row[0] for row in connection.execute(_DIFFERENT, [alert_id])),
        columns_undeclared=tuple(sorted(row[0] for row in connection.execute(_UNDECLARED, [alert_id]))),
        run_url=run.url,
    )
    if not (facts.set_aside or facts.different or facts.columns_undeclared):
        return []
    tables = {item.table for item in facts.set_aside} | set(facts.different)
    return [run.alert(alert_id, Event.DATA_QUALITY, tuple(sorted(tables)), facts, at)]


def stall_alerts(run: Run, table: str, stalls: Mapping[str, str], at: datetime) -> list[Alert]:
    """The alerts of sources that stand still: each sentence once for its key, which says which source, since when."""
    return [
        run.alert(
            f"data_quality/stalled/{key}",
            Event.DATA_QUALITY,
            (table,),
            DataQuality(stalled=(sentence,), run_url=run.url),
            at,
        )
        for key, sentence in stalls.items()
    ]


def _loaded(connection: Connection, run: Run, alert_id: str, loads: list[_Load], at: datetime) -> Alert:
    by_table: defaultdict[str, list[_Load]] = defaultdict(list)
    for load in loads:
        by_table[load.table].append(load)
    facts = Loaded(
        loads=tuple(_table_load(connection, table, found) for table, found in sorted(by_table.items())),
        lag_s=round((max(x.loaded_at for x in loads) - min(x.snapshot_at for x in loads)).total_seconds(), 3),
        run_url=run.url,
    )
    return run.alert(alert_id, Event.LOADED, tuple(sorted(by_table)), facts, at)


def _table_load(connection: Connection, table: str, loads: list[_Load]) -> TableLoad:
    return TableLoad(
        table=table,
        mode=loads[-1].mode,
        rows_new=sum(load.rows_new for load in loads),
        rows_revised=sum(load.rows_revised for load in loads),
        rows_deleted=sum(load.rows_deleted for load in loads),
        rows_quarantined=sum(load.rows_quarantined for load in loads),
        stands=loads[-1].snapshot_at,
        note=note_of(connection, table, [load.load_id for load in loads]),
    )


def _set_aside(connection: Connection, alert_id: str) -> tuple[SetAside, ...]:
    by_table: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for table, key, rules in connection.execute(_SET_ASIDE, [alert_id]):
        by_table[table].append((key, rules))
    return tuple(
        SetAside(table=table, rows=len(rows), example_key=min(rows)[0], example_rules=min(rows)[1][:300])
        for table, rows in sorted(by_table.items())
    )
