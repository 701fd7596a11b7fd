"""What `make run` ends with, and what `make status` says of the warehouse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg import sql

from include.catalog import TABLES
from include.environment import DAG_ID
from include.freshness.standing import read, standings
from local import databases
from local.airflow_settings import ADMIN, MAIL_TO
from local.aws import PROCESSED_BUCKET, RAW_BUCKET, SITE_BUCKET
from local.console import elapsed_s, span, table
from local.first_run import table_of
from local.program import HOST
from local.stack import Stack


def summary(stack: Stack, run: Mapping[str, Any]) -> str:
    """The whole summary after `run`: tables, run, addresses, password, cost, what to try next."""
    tasks = stack.api.task_instances(DAG_ID, run["dag_run_id"])
    return "\n\n".join(
        [
            "The warehouse:\n" + tables(stack, _seconds_by_table(tasks)),
            f"Run {run['dag_run_id']}: {run['state']} in {span(run_seconds(run))}. {behind(stack)}",
            addresses(stack),
            f"Memory: {stack.memory_mib():,.0f} MiB. Ready after {span(elapsed_s())}.",
            NEXT.format(
                chosen=" (each with STACK=compose, or after `export STACK=compose`)" if stack.mailpit_url else "",
                follows="within seconds" if stack.airflow.watch_source != "off" else "every five minutes",
            ),
        ]
    )


NEXT = """Try next{chosen}:
  make shop      let the shop trade; the warehouse follows {follows}
  make psql SQL='SELECT currency_code, sum(units_sold * unit_price) AS revenue
                 FROM fact_sales_order_current JOIN dim_currency USING (currency_id) GROUP BY 1'
  make status    what runs, and how far behind the warehouse is   (make stop ends it all)"""


def addresses(stack: Stack) -> str:
    """Where everything is, and how to log in; no password is shown."""
    rows = [("Airflow", f"{stack.airflow.url}  as {ADMIN}")]
    rows.append(("Dashboards", f"{stack.airflow.dashboards_url}  in Airflow; by themselves: `make dashboard`"))
    rows += _inboxes(stack)
    rows += _covid_files(stack)
    if stack.metabase_url:
        rows.append(
            ("Metabase", f"{stack.metabase_url}  as {MAIL_TO}, by TOTES_SECRET_METABASE in {stack.secrets_file}")
        )
    for name, reader in databases.READERS.items():
        rows.append((f"PostgreSQL {name}", f"postgresql://{reader}@{HOST}:{stack.settings.postgres_port}/{name}"))
    rows.append(("S3", f"{stack.aws.endpoint_url}  buckets {RAW_BUCKET}, {PROCESSED_BUCKET}, {SITE_BUCKET}"))
    rows.append(("Public page", f"{stack.aws.endpoint_url}/{SITE_BUCKET}/public/index.html  COVID-19, for everybody"))
    rows.append(("Passwords", f"`make password` (Airflow's); all of them are in {stack.secrets_file}"))
    width = max(len(name) for name, _ in rows)
    return "Addresses:\n" + "\n".join(f"  {name.ljust(width)}  {value}" for name, value in rows)


def _inboxes(stack: Stack) -> list[tuple[str, str]]:
    if not stack.mailpit_url:
        return [("Inbox", f"{stack.inbox.url}  mails and SNS messages, as their readers see them")]
    return [("Mails", f"{stack.mails_url}  Mailpit"), ("SNS messages", f"{stack.inbox.url}  and the runbook")]


def _covid_files(stack: Stack) -> list[tuple[str, str]]:
    urls = stack.airflow.covid_urls
    if urls == stack.covid.urls:
        return [("COVID-19 files", f"{stack.covid.url}  made up, a day every five minutes")]
    return [("New York Times", urls.nyt), ("Johns Hopkins", urls.jhu)]


def behind(stack: Stack) -> str:
    """How far the warehouse is behind its source now, by its slowest table."""
    ages = freshness(stack)
    if not ages:
        return "The warehouse holds nothing yet."
    slowest = max(ages, key=lambda name: ages[name])
    return f"The warehouse is {span(ages[slowest])} behind the shop (slowest: {slowest})."


def freshness(stack: Stack) -> dict[str, float]:
    """Seconds since the instant up to which each table has every change of its source, of those ever loaded."""
    with psycopg.connect(stack.conninfo("warehouse", "analyst")) as conn:
        found = standings(*read(conn))
    return {one.table: one.behind_s for one in found if one.behind_s is not None}


def standing(stack: Stack) -> dict[str, tuple[str, str]]:
    """Of each table the number of its quarantined rows, and how its latest comparison with the source ended."""
    statement = """
        SELECT stands.table_name,
               (SELECT count(*) FROM etl_quarantine AS entry
                WHERE entry.table_name = stands.table_name AND resolved_at IS NULL),
               latest.outcome, extract(epoch FROM now() - latest.checked_at)::float
        FROM etl_watermark AS stands LEFT JOIN LATERAL (
          SELECT outcome, checked_at FROM etl_check AS done WHERE done.table_name = stands.table_name
          ORDER BY check_id DESC LIMIT 1) AS latest ON true"""
    with (
        suppress(psycopg.errors.UndefinedTable),
        psycopg.connect(stack.conninfo("warehouse", "analyst")) as conn,
    ):
        rows = conn.execute(statement).fetchall()
        return {
            n: (str(open_rows), f"{outcome}, {span(age)} ago" if outcome else "-")
            for n, open_rows, outcome, age in rows
        }
    return {}


def run_seconds(run: Mapping[str, Any]) -> float:
    """How long a run took, or takes already."""
    started = datetime.fromisoformat(run["start_date"]) if run["start_date"] else datetime.now(UTC)
    ended = datetime.fromisoformat(run["end_date"]) if run["end_date"] else datetime.now(UTC)
    return (ended - started).total_seconds()


def _seconds_by_table(tasks: list[Mapping[str, Any]]) -> dict[str, float]:
    seconds: dict[str, float] = defaultdict(float)
    for task in tasks:
        if task["state"] != "skipped":
            seconds[table_of(task["task_id"])] += task["duration"] or 0.0
    return seconds


def tables(stack: Stack, seconds: Mapping[str, float] | None = None) -> str:
    """The rows of each warehouse table, and the seconds that a run spent on it where they are given."""
    seconds = seconds or {}
    with psycopg.connect(stack.conninfo("warehouse", "analyst")) as conn:
        counts = {name: _count(conn, name) for name in TABLES}
    rows = [(name, f"{counts[name]:,}", f"{seconds[name]:.1f}" if name in seconds else "-") for name in sorted(TABLES)]
    return table(("table", "rows", "seconds"), rows)


def _count(conn: psycopg.Connection[Any], name: str) -> int:
    row = conn.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchone()
    return int(row[0]) if row else 0
