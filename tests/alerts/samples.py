"""One alert of each kind, as the pipeline makes them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from include.alerts.model import (
    Alert,
    DataQuality,
    DeadlineMissed,
    Event,
    Failed,
    Failure,
    Loaded,
    Recovered,
    SetAside,
    TableLoad,
)

AT = datetime(2024, 11, 14, 14, 5, 12, tzinfo=UTC)
STOOD = datetime(2024, 11, 14, 13, 55, tzinfo=UTC)
RUN = "scheduled__2024-11-14T14:05:00+00:00"
RUN_URL = "http://127.0.0.1:8080/dags/totes_etl/runs/scheduled__2024-11-14T14:05:00+00:00"

FAILURE = Failure(
    task_id="fact_sales_order.load",
    cause="unexpected",
    try_number=3,
    tries=3,
    failed_at=AT,
    host="worker-1",
    error_type="psycopg.errors.DiskFull",
    error_lines=('could not extend file "base/16384/16390": No space left on device', "HINT:  Check free disk space."),
    remedy=None,
    rows_read=1234,
    log_url=f"{RUN_URL}/tasks/fact_sales_order.load?try_number=3",
)
KILLED = Failure(task_id="dim_staff.extract", cause="killed", try_number=3, tries=3, failed_at=AT, log_url=None)


def _down(table: str) -> Failure:
    return Failure(
        task_id=f"{table}.load",
        cause="warehouse",
        try_number=3,
        tries=3,
        failed_at=AT,
        host="worker-1",
        error_type="WarehouseUnavailable",
        error_lines=(f"Airflow connection warehouse (127.0.0.1:55432/warehouse): connection refused <{table}>",),
        remedy="if the last try fails too, see that the database runs and the connection is right",
        rows_read=10,
        log_url=f"{RUN_URL}/tasks/{table}.load?try_number=3",
    )


def failed(*failures: Failure, cause: str | None = None) -> Alert:
    failures = failures or (FAILURE,)
    cause = cause or failures[0].cause
    tables = tuple(failure.table or "plan" for failure in failures)
    return Alert(
        alert_id=f"failed/{cause}/{RUN}",
        event=Event.FAILED,
        environment="production",
        dag_id="totes_etl",
        run_id=RUN,
        happened_at=AT,
        tables=tables,
        incident=cause,
        facts=Failed(
            cause=cause,
            failures=failures,
            waiting=(),
            stands=dict.fromkeys(tables, STOOD),
            run_type="scheduled",
            window=(AT.replace(minute=0, second=0), AT.replace(second=0)),
            run_url=RUN_URL,
        ),
    )


def grouped() -> Alert:
    return failed(*map(_down, ("fact_payment", "fact_purchase_order", "fact_sales_order")))


def killed() -> Alert:
    return failed(KILLED)


def recovered() -> Alert:
    return Alert(
        alert_id=f"recovered/failed/unexpected/{RUN}",
        event=Event.RECOVERED,
        environment="production",
        dag_id="totes_etl",
        run_id="scheduled__2024-11-14T14:15:00+00:00",
        happened_at=AT + timedelta(minutes=10),
        tables=("fact_sales_order",),
        incident="unexpected",
        facts=Recovered(
            cause="unexpected",
            failed_alert=f"failed/unexpected/{RUN}",
            failed_at=AT,
            failed_run=RUN,
            stands={"fact_sales_order": AT + timedelta(minutes=10)},
            run_url=RUN_URL,
        ),
    )


def loaded() -> Alert:
    return Alert(
        alert_id=f"loaded/{RUN}",
        event=Event.LOADED,
        environment="production",
        dag_id="totes_etl",
        run_id=RUN,
        happened_at=AT,
        tables=("dim_staff", "fact_sales_order"),
        facts=Loaded(
            loads=(
                TableLoad(
                    table="dim_staff",
                    mode="incremental",
                    rows_new=0,
                    rows_revised=2,
                    rows_deleted=0,
                    rows_quarantined=0,
                    stands=AT,
                ),
                TableLoad(
                    table="fact_sales_order",
                    mode="incremental",
                    rows_new=1200,
                    rows_revised=31,
                    rows_deleted=1,
                    rows_quarantined=3,
                    stands=AT,
                ),
            ),
            lag_s=2.4,
            run_url=RUN_URL,
        ),
    )


def deadline_missed() -> Alert:
    return Alert(
        alert_id=f"deadline_missed/{RUN}",
        event=Event.DEADLINE_MISSED,
        environment="production",
        dag_id="totes_etl",
        run_id=RUN,
        happened_at=AT + timedelta(minutes=30),
        tables=("fact_payment", "fact_sales_order"),
        facts=DeadlineMissed(
            watcher="run",
            due_at=AT,
            limit_minutes=30,
            done=("dim_currency", "dim_staff"),
            waiting=("fact_payment", "fact_sales_order"),
            behind_s={},
            run_state="running",
            run_url=RUN_URL,
        ),
    )


def stale() -> Alert:
    return Alert(
        alert_id="deadline_missed/freshness/2024-11-14T13:55:00+00:00",
        event=Event.DEADLINE_MISSED,
        environment="production",
        dag_id="totes_etl",
        run_id="",
        happened_at=AT + timedelta(minutes=30),
        tables=("fact_sales_order",),
        incident="freshness",
        facts=DeadlineMissed(
            watcher="freshness",
            due_at=STOOD + timedelta(minutes=30),
            limit_minutes=30,
            done=("dim_staff",),
            waiting=("fact_sales_order",),
            behind_s={"fact_sales_order": 2400.0, "dim_staff": 12.0},
        ),
    )


def data_quality() -> Alert:
    return Alert(
        alert_id=f"data_quality/{RUN}",
        event=Event.DATA_QUALITY,
        environment="production",
        dag_id="totes_etl",
        run_id=RUN,
        happened_at=AT,
        tables=("fact_payment",),
        facts=DataQuality(
            set_aside=(
                SetAside(
                    table="fact_payment",
                    rows=3,
                    example_key="4711",
                    example_rules="payment_date: '2024-13-01', expected a date",
                ),
            ),
            different=("fact_sales_order",),
            columns_undeclared=("totesys.staff.nickname",),
            run_url=RUN_URL,
        ),
    )


def retrying() -> Alert:
    first = replace(FAILURE, cause="source", try_number=1, tries=3, task_id="fact_sales_order.extract", rows_read=None)
    alert = failed(replace(first, error_type="SourceUnavailable", error_lines=("source 127.0.0.1:5432/totesys: …",)))
    return replace(alert, alert_id=f"retrying/{RUN}/1", event=Event.RETRYING, incident=None)


def plan_failed() -> Alert:
    """The failure of the task that all others wait for."""
    tables = ("dim_staff", "fact_payment", "fact_sales_order")
    plan = Failure(
        task_id="plan",
        cause="setting",
        try_number=1,
        tries=3,
        failed_at=AT,
        host="worker-1",
        error_type="SettingError",
        error_lines=("setting AIRFLOW__TOTES__RAW_BUCKET: nothing; expected the name of an S3 bucket; set it …",),
        remedy="set it as an environment variable, or on MWAA as the configuration option totes.raw_bucket",
        log_url=f"{RUN_URL}/tasks/plan?try_number=1",
    )
    alert = failed(plan)
    assert isinstance(alert.facts, Failed)
    waiting = tuple(f"{table}.{step}" for table in tables for step in ("extract", "load", "transform"))
    stands = {"dim_staff": STOOD, "fact_payment": STOOD - timedelta(minutes=5), "fact_sales_order": None}
    return replace(alert, tables=tables, facts=replace(alert.facts, waiting=waiting, stands=stands))


def mass_delete() -> Alert:
    return failed(
        replace(
            FAILURE,
            task_id="fact_payment.load",
            cause="mass_delete",
            try_number=1,
            error_type="MassDeleteError",
            error_lines=("fact_payment: 1204 rows that the source no longer seems to have; expected at most 5 % …",),
            remedy="none of them was deleted, all else is loaded; look at the source (a truncate, a lost grant, another"
            " database?), and if they are really gone trigger a run with allow_mass_delete",
        )
    )


def drifted() -> Alert:
    """A failure that stays until somebody mends it, with tasks that wait for it."""
    alert = failed(
        replace(
            FAILURE,
            task_id="dim_design.extract",
            cause="drift",
            try_number=1,
            error_type="SchemaDriftError",
            error_lines=("totesys.design: file_name missing; expected file_name text; correct the source or …",),
            remedy="correct the source or its declaration in include/catalog; the table's rows load then",
            rows_read=None,
        )
    )
    assert isinstance(alert.facts, Failed)
    return replace(alert, facts=replace(alert.facts, waiting=("dim_design.load", "dim_design.transform")))


def backfill_failed() -> Alert:
    run = "backfill__2024-10-01T00:00:00+00:00"
    alert = failed(replace(FAILURE, cause="warehouse", error_type="WarehouseUnavailable"))
    start = datetime(2024, 10, 1, tzinfo=UTC)
    assert isinstance(alert.facts, Failed)
    window = (start, start + timedelta(minutes=5))
    return replace(
        alert,
        alert_id=f"failed/{run}/warehouse",
        run_id=run,
        incident=f"run/{run}/warehouse",
        facts=replace(alert.facts, run_type="backfill", window=window),
    )


def full_failed() -> Alert:
    """A run that somebody triggered, in the testing environment."""
    alert = failed(
        replace(FAILURE, cause="timeout", error_type="AirflowTaskTimeout", error_lines=("Timeout, PID: 42",))
    )
    assert isinstance(alert.facts, Failed)
    facts = replace(alert.facts, run_type="manual", window=None)
    return replace(alert, environment="testing", run_id="manual__2024-11-14T14:03:21+00:00", facts=facts)


def fresh_again() -> Alert:
    return Alert(
        alert_id="recovered/deadline_missed/freshness/2024-11-14T13:55:00+00:00",
        event=Event.RECOVERED,
        environment="production",
        dag_id="totes_etl",
        run_id="",
        happened_at=AT + timedelta(minutes=50),
        tables=("fact_sales_order",),
        incident="freshness",
        facts=Recovered(
            cause="freshness",
            failed_alert="deadline_missed/freshness/2024-11-14T13:55:00+00:00",
            failed_at=AT + timedelta(minutes=30),
            failed_run="",
            stands={"fact_sales_order": AT + timedelta(minutes=50)},
        ),
    )


def unasked() -> Alert:
    """Freshness that could not be asked for: the warehouse does not answer."""
    alert = stale()
    assert isinstance(alert.facts, DeadlineMissed)
    facts = replace(alert.facts, due_at=alert.happened_at, done=(), waiting=(), behind_s={})
    return replace(alert, alert_id="deadline_missed/freshness/unasked", tables=(), facts=facts)


def standstill() -> Alert:
    return Alert(
        alert_id="data_quality/stalled/us.csv (New York Times) since 2020-09-12",
        event=Event.DATA_QUALITY,
        environment="production",
        dag_id="totes_etl",
        run_id=RUN,
        happened_at=AT,
        tables=("covid_us_daily",),
        facts=DataQuality(
            stalled=("us.csv (New York Times), column date, row 237: 2020-09-12 is its last day (check: lag)",),
            run_url=RUN_URL,
        ),
    )


ALL = {
    "standstill": standstill,
    "failed": failed,
    "failed-grouped": grouped,
    "failed-killed": killed,
    "failed-plan": plan_failed,
    "failed-mass-delete": mass_delete,
    "failed-drift": drifted,
    "failed-backfill": backfill_failed,
    "failed-testing": full_failed,
    "retrying": retrying,
    "recovered": recovered,
    "loaded": loaded,
    "deadline-missed": deadline_missed,
    "stale": stale,
    "stale-unasked": unasked,
    "fresh-again": fresh_again,
    "data-quality": data_quality,
}
