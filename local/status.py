"""What `make status` tells."""

from __future__ import annotations

import psycopg

from include.environment import DAG_ID
from local.console import say, span, table
from local.errors import StackError
from local.program import HOST
from local.stack import Stack
from local.summary import behind, freshness, run_seconds, standing


def status(stack: Stack) -> int:
    """Tell what runs, how far behind the warehouse is and how the last run went; 0 only if everything runs."""
    if not stack.supervisor.alive():
        left = len(stack.processes())
        say("The stack does not run." if not left else f"The supervisor is gone, {left} processes are left behind.")
        say("Start it with `make run`." + (" `make stop` ends what is left." if left else ""))
        return 1
    complete = _say_programs(stack)
    alone = f"http://{HOST}:{stack.settings.dashboard_port}/"
    say(f"\nDashboards: {stack.airflow.dashboards_url}; by themselves at {alone} while `make dashboard` runs")
    say()
    try:
        _say_warehouse(stack)
        _say_last_run(stack)
    except StackError as error:
        say(str(error))
        complete = False
    if not complete:
        say("Not everything runs: `make logs OF=<program>` tells why, `make run` starts what is missing.")
    return 0 if complete else 1


def _say_programs(stack: Stack) -> bool:
    ports = stack.ports
    found = stack.supervisor.programs()
    rows = []
    for one in found:
        runs = one["statename"] == "RUNNING"
        rows.append(
            (
                one["name"],
                one["statename"].lower(),
                str(one["pid"] or "-"),
                span(one["now"] - one["start"]) if runs else "-",
                f"{HOST}:{ports[one['name']]}" if one["name"] in ports else "-",
            )
        )
    say(table(("program", "state", "pid", "up for", "address"), rows))
    return all(one["statename"] == "RUNNING" for one in found)


def _say_warehouse(stack: Stack) -> None:
    if not stack.postgres.is_ready():
        raise StackError("PostgreSQL does not answer, so the warehouse cannot be asked.")
    try:
        say(behind(stack))
        told = standing(stack)
        rows = [(name, span(age), *told.get(name, ("-", "-"))) for name, age in freshness(stack).items()]
    except psycopg.Error as error:
        raise StackError(f"The warehouse cannot be asked: {str(error).strip()}.") from error
    if rows:
        say(table(("table", "behind", "quarantined", "as the source"), rows))
    say()


def _say_last_run(stack: Stack) -> None:
    runs = stack.api.runs(DAG_ID, limit=1)
    if not runs:
        say("No run yet.")
        return
    (last,) = runs
    say(f"Last run {last['dag_run_id']}: {last['state']}, {span(run_seconds(last))}.")
