"""What each `make` target of the embedded stack does."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from include.environment import DAG_ID
from include.warehouse import migrate as migrations
from local import accounts, contents, databases, first_run, migration_writer, pruning, summary
from local.airflow_settings import ADMIN
from local.console import confirmed, say, step
from local.errors import StackError
from local.faildemo import note
from local.program import HOST
from local.secrets_store import FILE
from local.settings import REMEMBERED
from local.shop import simulator, snapshot
from local.stack import Stack


def run(stack: Stack, folder: Path | None) -> int:
    """Start the stack, fill the shop's database, wait for the first run, tell what there is."""
    if folder:
        snapshot.check(folder)
    with stack.alone():
        _start(stack, folder)
    done = first_run.ensure(stack.api, stack.task_logs)
    say(f"\n{summary.summary(stack, done)}")
    return 0


def _start(stack: Stack, folder: Path | None) -> None:
    step("Starting PostgreSQL and the AWS stand-in")
    stack.prune_task_logs()
    stack.start_servers()
    if done := note.mend(stack):
        step(f"A demo of failures was killed. Repaired: {done}")
    shop, warehouse = (stack.conninfo(name, databases.OWNERS[name]) for name in ("totesys", "warehouse"))
    step(contents.prepare(shop, warehouse, folder, notifies=stack.airflow.watch_source == "notify"))
    step("The warehouse's schema is up to date; starting Airflow")
    stack.start_airflow()  # after the migration: an unpaused DAG runs at once
    step("Airflow is ready")


def stop(stack: Stack) -> int:
    """End every process of the stack."""
    if not stack.settings.state_dir.is_dir():
        say("Nothing runs.")
        return 0
    step("Stopping")
    with stack.alone():
        ended = stack.down()
    step(f"Stopped: {ended} processes have ended, none is left." if ended else "Nothing runs.")
    return 0


def logs(stack: Stack, of: str | None) -> int:
    """Follow the log of one program, or of all."""
    folder = stack.supervisor.logs
    files = [folder / f"{of}.log"] if of else sorted(folder.glob("*.log"))
    if not files or not all(file.exists() for file in files):
        known = ", ".join(sorted(file.stem for file in folder.glob("*.log"))) or "none yet; start with `make run`"
        raise StackError(f"There is no log of '{of or 'anything'}' in {folder}. There are: {known}.")
    os.execvp("tail", ["tail", "-n", "20", "-F", *map(str, files)])  # noqa: S606, S607 # no shell, the system's tail


def psql(stack: Stack, database: str, statement: str | None) -> int:
    """Open psql as the owner of a database, or run one statement."""
    if database not in databases.OWNERS:
        raise StackError(f"DB is '{database}'; expected one of {', '.join(sorted(databases.OWNERS))}.")
    _require_postgres(stack)
    binary = shutil.which("psql") or str(accounts.shipped_binaries() / "psql")
    owner = databases.OWNERS[database]
    environment = {**os.environ, "PGPASSWORD": getattr(stack.secrets, owner)}
    where = ["-h", HOST, "-p", str(stack.settings.postgres_port), "-U", owner, "-d", database]
    os.execvpe(binary, ["psql", *where, *(["-c", statement] if statement else [])], environment)  # noqa: S606 # no shell


def airflow(stack: Stack, command: str) -> int:
    """Airflow's own command line, with the connections and settings of the stack."""
    _require_postgres(stack)
    arguments = [sys.executable, "-m", "airflow", *shlex.split(command)]
    os.execve(sys.executable, arguments, stack.airflow.environment())  # noqa: S606 # no shell


def freshness(stack: Stack, arguments: Sequence[str]) -> int:
    """The check of the promise, as cron would call it; it runs whatever of the stack is down."""
    _require_state(stack)
    command = [sys.executable, "-m", "include.freshness", *arguments]
    os.execve(sys.executable, command, freshness_environment(stack))  # noqa: S606 # no shell


def freshness_environment(stack: Stack) -> dict[str, str]:
    """Everything that `python -m include.freshness` needs of this stack."""
    return {**stack.airflow.environment(), **stack.aws.environment(stack.secrets)}


def smoke(stack: Stack, arguments: Sequence[str]) -> int:
    """Does this stack work, end to end? Tried in its testing environment, as a deployment would be."""
    _require_state(stack)
    command = [sys.executable, "-m", "include.smoke", "--airflow-url", stack.airflow.url, *arguments]
    os.execve(sys.executable, command, smoke_environment(stack))  # noqa: S606 # no shell


def smoke_environment(stack: Stack) -> dict[str, str]:
    """Everything that `python -m include.smoke` needs of this stack, but Airflow's address."""
    login = {"TOTES_AIRFLOW_USER": ADMIN, "TOTES_AIRFLOW_PASSWORD": stack.secrets.airflow_admin}
    return {**freshness_environment(stack), **login}


def dashboard(stack: Stack) -> int:
    """Serve the dashboards and the API until Ctrl-C, over the running stack's warehouse."""
    _require_postgres(stack)
    port = str(stack.settings.dashboard_port)
    command = [sys.executable, "-m", "include.analytics", "--port", port, "--show-token"]
    os.execve(sys.executable, command, dashboard_environment(stack))  # noqa: S606 # no shell


def dashboard_environment(stack: Stack) -> dict[str, str]:
    """Everything that `python -m include.analytics` needs of this stack."""
    return {**freshness_environment(stack), "TOTES_DASHBOARD_TOKEN": stack.secrets.dashboard_token}


def password(stack: Stack) -> int:
    """Print the password of Airflow's admin."""
    say(stack.secrets.airflow_admin)
    return 0


def shop(stack: Stack, speed: float | None) -> int:
    """Let the shop trade until Ctrl-C."""
    _require_postgres(stack)
    return simulator.run(stack.conninfo("totesys", "shop"), speed=speed or simulator.DEFAULT_SPEED)


def migrate(stack: Stack) -> int:
    """Bring the running warehouse's schema to what the code expects."""
    _require_postgres(stack)
    databases.create_all(stack.postgres.admin(), stack.secrets)  # a warehouse from before the roles were separated
    revision = migrations.upgrade_all(stack.conninfo("warehouse", databases.OWNERS["warehouse"]))
    say(f"The warehouse is at revision {revision}.")
    return 0


def replay(stack: Stack, tables: str | None) -> int:
    """Rebuild tables (comma-separated; all if none are named) from the raw zone, with their whole history."""
    _require_postgres(stack)
    conf: dict[str, object] = {"mode": "replay"}
    if tables:
        conf["tables"] = tables.split(",")
    run_id = stack.api.trigger(DAG_ID, conf)
    step(f"Replaying {tables or 'all tables'} from the raw zone: {run_id}")
    state = stack.api.wait(DAG_ID, run_id, seconds=3600)
    step(f"The replay ended: {state}")
    say(f"\n{summary.tables(stack)}")
    return 0 if state == "success" else 1


def migration(stack: Stack, message: str | None) -> int:
    """Write the migration that brings the warehouse's schema to what the catalogue declares."""
    if not message:
        raise StackError("A migration needs a message: make migration MESSAGE='Add fact_refund'")
    written = migration_writer.write(stack.settings.state_dir / "migration", message)
    say(f"Wrote {written}. Read it before you commit it.")
    return 0


def _require_state(stack: Stack) -> None:
    if not stack.is_set_up():
        raise StackError(f"There is no stack in {stack.settings.state_dir}; start one with `make run`.")


def _require_postgres(stack: Stack) -> None:
    if not stack.supervisor.alive() or not stack.postgres.is_ready():
        raise StackError("PostgreSQL does not run; start the stack with `make run`.")


def prune(stack: Stack, days: str | None, *, sure: bool) -> int:
    """Remove what is older than so many days of the notes on runs: in the warehouse, in Airflow, and task logs."""
    _require_postgres(stack)
    return pruning.prune(freshness_environment(stack), stack.prune_task_logs, days, sure=sure)


def reset(stack: Stack, *, sure: bool) -> int:
    """Stop the stack and remove everything it keeps: databases, lake, passwords, logs."""
    folder = stack.settings.state_dir
    if not any((folder / file).exists() for file in (REMEMBERED, FILE)):
        if not folder.exists():
            say(f"There is nothing to remove: {folder} does not exist.")
            return 0
        raise StackError(f"{folder} does not look like a stack's state folder; nothing was removed.")
    if not sure and not confirmed(f"Remove all data in {folder}?"):
        return 1
    with stack.alone():
        stack.down()
    shutil.rmtree(folder, ignore_errors=True)
    shutil.rmtree(accounts.outside(folder), ignore_errors=True)
    say(f"Removed {folder}; `make run` starts from nothing.")
    return 0
