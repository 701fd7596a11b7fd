"""Every five minutes: what changed in the shop's database, to S3 as it is, to Parquet, to the warehouse.

This file only wires; what the tasks do is in `totes_tasks.py`, what the tables are in `include/catalog`.
"""

from datetime import UTC, datetime, timedelta

from airflow.sdk import (
    DAG,
    Asset,
    AsyncCallback,
    DeadlineAlert,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    TaskGroup,
    TriggerRule,
    task,
)

import totes_alerts
import totes_tasks
from include.catalog import FED
from include.catalog.documentation import task_markdown
from include.catalog.model import Table
from include.environment import DAG_ID, ENVIRONMENTS, PRODUCTION
from include.errors import PermanentError
from include.settings import AlertSettings, WatchSettings
from totes_deadline import RunDue, tell_that_it_is_late
from totes_schedule import schedule

DOC = """
### From the shop to the warehouse
`plan` asks the shop's database what changed since each table's watermark and skips the groups without changes.
Each group is one warehouse table and depends on no other: **extract** lands the rows in the raw bucket as they are,
**transform** turns them into typed Parquet, **load** brings them into the warehouse with ledger and watermark in one
transaction. `publish` writes what was loaded to the site's bucket, for web servers that may not reach the warehouse
and for the public page, where one is set. `report` sums up, and fails the run if anything failed.

Everything is safe to clear, to trigger and to repeat at any time: nothing is loaded twice.

| You want | Do |
|---|---|
| the latest changes now | Trigger, as it is |
| one table compared with the source, whole | Trigger with *tables* = that one, *mode* = `full` |
| rows stamped in a past period read again | Trigger > Backfill, with that period |
| a table rebuilt from the raw zone, with its history | Trigger with *tables* = that one, *mode* = `replay` |
| rows deleted that a run withheld as too many | Trigger with *allow a mass delete* |
| a test that touches nothing of production | Trigger with *environment* = `testing` |
"""
NAMES = [table.name for table in FED]
PARAMS = {
    "tables": Param(
        NAMES,
        type="array",
        items={"type": "string", "enum": NAMES},
        examples=NAMES,
        minItems=1,
        uniqueItems=True,
        title="Tables",
        description="The warehouse tables to bring up to date.",
    ),
    "mode": Param(
        "incremental",
        type="string",
        enum=["incremental", "full", "replay"],
        title="Mode",
        description="Incremental reads what changed since the watermark; full reads everything and compares it;"
        " replay rebuilds the tables from the raw zone, with their whole history, without asking the source.",
    ),
    "allow_mass_delete": Param(
        False,
        type="boolean",
        title="Allow a mass delete",
        description="Believe that the rows which an earlier run withheld are really gone.",
    ),
    "environment": Param(
        PRODUCTION.name,
        type="string",
        enum=list(ENVIRONMENTS),
        title="Environment",
        description="Testing loads a few dummy rows into a schema `testing` of the warehouse, by way of the prefix"
        " `testing/` in both buckets; it neither reads nor writes anything of production.",
    ),
}
DEFAULTS = {
    "owner": "totes",
    "retries": 2,
    "retry_delay": timedelta(seconds=15),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=2),
    # Trying again what somebody has to mend first only delays the news.
    "retry_policy": ExceptionRetryPolicy(rules=[RetryRule(exception=PermanentError, action=RetryAction.FAIL)]),
    "execution_timeout": timedelta(minutes=15),
    "on_retry_callback": totes_alerts.try_failed,
    "max_active_tis_per_dag": 1,  # runs of one table never overlap, a backfill's neither
}
RANGES_AT_ONCE = 8  # of a large table: each reads by a connection of its own
LIMIT_MINUTES = AlertSettings.from_environment().deadline_minutes
DEADLINE = DeadlineAlert(
    name=f"done {LIMIT_MINUTES} minutes after it was due",
    reference=RunDue(),
    interval=timedelta(minutes=LIMIT_MINUTES),
    callback=AsyncCallback(tell_that_it_is_late, kwargs={"limit_minutes": LIMIT_MINUTES}),
)


def warehouse_table(table: Table, planned):
    """The task group of one warehouse table; returns its last task."""
    sources = [Asset(name=f"{s.source}.{s.name}", uri=f"totes://{s.source}/{s.name}") for s in table.sources]
    star = Asset(name=f"warehouse.{table.name}", uri=f"totes://warehouse/{table.name}", group="warehouse")
    with TaskGroup(table.name, tooltip=table.description):
        transformed = _in_ranges(table, planned) if table.split_rows else _at_once(table, planned)
        return _task("load", table, inlets=sources, outlets=[star])(transformed)


def _at_once(table: Table, planned):
    extracted = _task("extract", table)(table.name, planned)
    return _task("transform", table)(extracted)


def _in_ranges(table: Table, planned):
    """Extract and transform once for each key range that `split` returns: most often one."""
    ranges = _task("split", table)(table.name, planned)
    extract = _task("extract", table, max_active_tis_per_dag=RANGES_AT_ONCE)
    extracted = extract.partial(table=table.name, planned=planned).expand(key_range=ranges)
    return _task("transform", table, max_active_tis_per_dag=RANGES_AT_ONCE).expand(extracted=extracted)


def _task(step: str, table: Table, **arguments):
    """A step's task; dimensions go first, so that facts find their members."""
    weight = 1 if table.record_id else 2
    of_files = table.files and step != "load"
    return task(
        getattr(totes_tasks, f"{step}_files" if of_files else step),
        task_id=step,
        doc_md=task_markdown(table, step),
        priority_weight=weight,
        weight_rule="absolute",
        **arguments,
    )


with DAG(
    DAG_ID,
    description="The shop's changes in the warehouse, every five minutes",
    doc_md=DOC,
    schedule=schedule(WatchSettings.from_environment()),
    start_date=datetime(2022, 11, 3, tzinfo=UTC),
    catchup=False,
    max_active_runs=1,
    dagrun_timeout=timedelta(minutes=25),
    deadline=DEADLINE,
    on_failure_callback=totes_alerts.run_failed,
    default_args=DEFAULTS,
    params=PARAMS,
    tags=["totes", "warehouse"],
):
    planned = task(totes_tasks.plan)()
    published = task(totes_tasks.publish, trigger_rule=TriggerRule.ALL_DONE)()
    reported = task(totes_tasks.report, trigger_rule=TriggerRule.ALL_DONE)()
    loaded = [warehouse_table(table, planned) for table in FED]
    loaded >> published >> reported
    loaded >> reported
