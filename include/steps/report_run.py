"""Sum up a run, and now and then verify that the warehouse holds what the source holds."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from include.checks import check_tables
from include.source import snapshot
from include.steps.records import Record, fed
from include.summary import fields
from include.warehouse.connection import Connection

log = logging.getLogger(__name__)

_SUMMED = ("rows_new", "rows_revised", "rows_deleted", "rows_quarantined")


def report(plans: Sequence[Mapping[str, Any]], loads: Sequence[Record], failed: Sequence[str]) -> Record:
    """Rows and lag of what was loaded, what had no changes, what failed."""
    done = {record["table"] for record in loads}
    summary = {
        "tables_loaded": sorted(done),
        "tables_unchanged": sorted(item["table"] for item in plans if not item["has_changes"]),
        "tasks_failed": sorted(failed),
        **{name: sum(record.get(name, 0) for record in loads) for name in _SUMMED},
        "columns_undeclared": sorted({name for item in plans for name in item.get("undeclared", ())}),
        "lag_s": round(max((record["lag_s"] for record in loads), default=0.0), 3),
    }
    log.info("step=report %s", fields(summary))
    return summary


def verify(source: snapshot.Connection, warehouse: Connection, tables: Sequence[str]) -> list[Record]:
    """Compare source and warehouse for the tables that are due for it; returns and logs the outcomes."""
    outcomes = check_tables(source, warehouse, [fed(name) for name in tables])
    for outcome in outcomes:  # the checksums are larger than what an XCom can carry; they are in etl_check
        del outcome["source_checksum"], outcome["warehouse_checksum"]
        level = logging.WARNING if outcome["outcome"] == "different" else logging.INFO
        log.log(level, "step=check %s", fields(outcome))
    return outcomes
