"""What the tasks of `totes_etl` do: open the connections and call the step.

The steps are imported inside the tasks: the DAG file is parsed often and must stay light.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from airflow.sdk import get_current_context
from airflow.sdk.exceptions import AirflowFailException, AirflowSkipException, DownstreamTasksSkipped

import totes_alerts
import totes_failures
from include.catalog import FED, FILE_FED, SOURCE_FED
from include.catalog.model import Table
from include.environment import PRODUCTION, TESTING, Environment
from include.settings import FileSettings, SiteSettings
from totes_failures import environment_of, recorded

log = logging.getLogger(__name__)


def steps_of(table: Table) -> tuple[str, ...]:
    """The tasks of a table's group, in order."""
    return (*(("split",) if table.split_rows else ()), "extract", "transform", "load")


@recorded
def plan() -> None:
    """Asks the sources once what changed since each table's watermark, and skips the groups without changes.

    Its XCom says for every table what will be read, and why.
    """
    from dataclasses import asdict, replace

    from include import steps
    from totes_connections import lake, site, source, warehouse

    context = get_current_context()
    environment, request = environment_of(context), _request(context)
    publishes = _publishes(environment)
    raw, processed = lake(environment)
    for bucket in (raw, processed):
        bucket.check()
    if environment is TESTING:
        _prepare_testing()
    # There are no dummy files: a test must not ask the public ones.
    of_files = () if environment is TESTING else _among(request.tables, FILE_FED)
    polled = _among(request.tables, SOURCE_FED)
    plans = []
    with warehouse(environment) as stars:
        if polled:
            carried = _carried_watermarks(context["ti"], polled, environment)
            with source(environment) as shop:
                plans += steps.plan(shop, stars, replace(request, tables=polled), carried)
        if of_files:
            plans += steps.plan_files(stars, processed, FileSettings.from_environment(), request, of_files)
        if publishes:
            steps.note_freshness(site(), stars)
    planned = {"request": request.to_record(), "tables": [asdict(item) for item in plans]}
    # Raising skips whole groups at once, but would drop a returned value: so the XCom is pushed first.
    context["ti"].xcom_push(key="return_value", value=planned)
    wanted = {item.table for item in plans if item.has_changes}
    skipped = [f"{table.name}.{step}" for table in FED if table.name not in wanted for step in steps_of(table)]
    if not (wanted and publishes):
        skipped.append("publish")
    if skipped:
        raise DownstreamTasksSkipped(tasks=skipped)


@recorded
def split(table: str, planned: Mapping[str, Any]) -> list[dict[str, Any] | None]:
    """Cuts the read of all of a large table into key ranges; what is smaller is read at once."""
    from include import steps
    from include.planning import Request
    from totes_connections import source, warehouse

    environment, request = environment_of(get_current_context()), Request.from_record(planned["request"])
    with source(environment) as shop, warehouse(environment) as stars:
        return steps.split(table, request, source=shop, warehouse=stars)


@recorded
def extract(table: str, planned: Mapping[str, Any], key_range: dict[str, Any] | None = None) -> dict[str, Any]:
    """Lands what changed in a table's source tables, or all that lies in a key range, in the raw bucket."""
    from include import steps
    from include.planning import Request
    from totes_connections import lake, source, warehouse

    environment = environment_of(get_current_context())
    raw, _ = lake(environment)
    request = Request.from_record(planned["request"])
    with source(environment) as shop, warehouse(environment) as stars:
        return steps.extract(table, request, key_range, source=shop, warehouse=stars, raw=raw)


@recorded
def extract_files(table: str, planned: Mapping[str, Any]) -> dict[str, Any]:
    """Fetches a table's files and lands them in the raw bucket as received."""
    from include import steps
    from include.planning import Request
    from totes_connections import lake, warehouse

    environment = environment_of(get_current_context())
    raw, _ = lake(environment)
    settings, request = FileSettings.from_environment(), Request.from_record(planned["request"])
    with warehouse(environment) as stars:
        return steps.extract_files(table, request, settings, warehouse=stars, raw=raw)


@recorded
def transform(extracted: Mapping[str, Any]) -> dict[str, Any]:
    """Turns a table's raw rows into typed Parquet in the processed bucket."""
    from include import steps
    from totes_connections import lake

    raw, processed = lake(environment_of(get_current_context()))
    return steps.transform(extracted, raw=raw, processed=processed)


@recorded
def transform_files(extracted: Mapping[str, Any]) -> dict[str, Any]:
    """Checks and merges a table's files into typed Parquet in the processed bucket."""
    from include import steps
    from totes_connections import lake

    raw, processed = lake(environment_of(get_current_context()))
    return steps.transform_files(extracted, FileSettings.from_environment(), raw=raw, processed=processed)


@recorded
def load(transformed: Mapping[str, Any] | Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Loads a table's Parquet, of all its ranges, into the warehouse; its XCom carries the table's new watermark."""
    from include import steps
    from totes_connections import lake, warehouse

    context = get_current_context()
    environment = environment_of(context)
    if environment is not PRODUCTION:
        context["task"].outlets = []  # the assets are production's: whoever waits for them hears nothing of a test
    _, processed = lake(environment)
    records = transformed if isinstance(transformed, Mapping) else list(transformed)
    with warehouse(environment) as stars:
        record = steps.load(records, processed=processed, warehouse=stars, run_id=context["run_id"])
    return {**record, "environment": environment.name}


@recorded
def publish() -> dict[str, Any]:
    """Publishes what the run loaded to the site's bucket: extracts for web servers without a warehouse, public pages.

    Skipped where nothing was loaded, where `totes.site_bucket` is not set, and in testing. What it fails to publish
    stands in the warehouse all the same; the next run that loads anything publishes it.
    """
    from include import steps
    from totes_connections import site, warehouse

    context = get_current_context()
    environment = environment_of(context)
    states = totes_failures.states(context)
    if not any(states.get(f"{table.name}.load") == "success" for table in FED):
        raise AirflowSkipException("no table was loaded in this run")
    if not _publishes(environment):
        raise AirflowSkipException("nothing is published here")
    with warehouse(environment) as stars:
        return steps.publish(site(), stars)


@recorded
def report() -> dict[str, Any]:
    """Always runs: sums up rows and lag, compares source and warehouse every half hour, tells who listens.

    Fails, and with it the run, if any task failed.
    """
    from include import steps

    context = get_current_context()
    ti, states = context["ti"], totes_failures.states(context)
    planned = ti.xcom_pull(task_ids="plan") or {"tables": []}
    loads = [record for record in ti.xcom_pull(task_ids=[f"{table.name}.load" for table in FED]) if record]
    failed = [task_id for task_id, state in states.items() if state in {"failed", "upstream_failed"}]
    summary = steps.report(planned["tables"], loads, failed)
    polled = _among([item["table"] for item in planned["tables"]], SOURCE_FED)
    summary["checks"] = _verified(environment_of(context), polled)
    ti.xcom_push(key="return_value", value=summary)
    failures = [totes_failures.failure(context, task_id) for task_id in failed if states[task_id] == "failed"]
    stalls = {table.name: _stalls(ti, table) for table in FILE_FED}
    totes_alerts.tell(context, states, failures, stalls)
    ti.xcom_push(key="told", value=True)
    totes_alerts.emit_metrics(context, loads)
    if failed:
        raise AirflowFailException(
            f"{len(failed)} tasks of this run failed: {', '.join(sorted(failed))}. The other tables are loaded;"
            " the next run reads again what these did not. Their logs say what to do."
        )
    return summary


def _stalls(ti: Any, table: Table) -> dict[str, str]:
    """The sources of a table that stand still, if its files were merged in this run."""
    merged = ti.xcom_pull(task_ids=f"{table.name}.transform")
    return dict(merged["stalls"]) if merged else {}


def _among(names: Sequence[str], tables: Iterable[Table]) -> tuple[str, ...]:
    """Those of the names that are one of these tables', in the order asked for."""
    ours = {table.name for table in tables}
    return tuple(name for name in names if name in ours)


def _verified(environment: Environment, tables: Sequence[str]) -> list[dict[str, Any]]:
    """The comparisons of source and warehouse that were due, where they could be made."""
    from include import steps
    from totes_connections import source, warehouse

    if not tables:
        return []
    try:
        with source(environment) as shop, warehouse(environment) as stars:
            return steps.verify(shop, stars, tables)
    except Exception as error:  # a comparison is no reason to keep anything from being told
        log.warning("source and warehouse were not compared: %s: %s", type(error).__name__, error)
        return []


def _publishes(environment: Environment) -> bool:
    """Whether runs publish what they load; the log says why not."""
    if environment is not PRODUCTION:
        log.info("nothing is published: this run is of the environment %s", environment.name)
        return False
    if not SiteSettings.from_environment().bucket:
        log.info("nothing is published: totes.site_bucket is not set")
        return False
    return True


def _prepare_testing() -> None:
    from include import testing
    from totes_connections import warehouse

    with warehouse(TESTING) as stars:
        testing.prepare(stars)


def _request(context: Any) -> Any:
    """What the run was asked for: by the form, or by the backfill whose window is the run's data interval."""
    from include.planning import Request

    params = context["params"]
    tables, allowed = tuple(params["tables"]), params["allow_mass_delete"]
    if context["dag_run"].run_type == "backfill":
        window = (context["data_interval_start"], context["data_interval_end"])
        return Request(tables=tables, mode="backfill", window_start=window[0], window_end=window[1])
    return Request(tables=tables, mode=params["mode"], allow_mass_delete=allowed)


def _carried_watermarks(ti: Any, tables: tuple[str, ...], environment: Environment) -> dict[str, int | None]:
    """The watermark that each table's latest load returned by XCom, where there is one of this environment."""
    carried = {
        # map_indexes=-1: without it Airflow answers with a list of every value there ever was.
        table: ti.xcom_pull(task_ids=f"{table}.load", include_prior_dates=True, map_indexes=-1)
        for table in tables
    }
    return {
        table: record["watermark"]
        for table, record in carried.items()
        if record and record.get("environment", PRODUCTION.name) == environment.name
    }
