"""`python -m local <verb>`: the commands behind `make run`, `make stop` and the others."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from local.console import say
from local.errors import StackError
from local.settings import ROOT, from_environment
from local.stack import Stack

if TYPE_CHECKING:
    from local.compose.stack import ComposeStack


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code."""
    asked = _parser().parse_args(arguments)
    try:
        if asked.verb == "env":
            return _env()
        return _call(asked, _stack(asked.verb))
    except StackError as error:
        say(f"\n{error}")
    except KeyboardInterrupt:
        say("\nInterrupted. What was started goes on running: `make run` continues, `make stop` ends it.")
    return 1


def _parser() -> argparse.ArgumentParser:
    """Options default to the variables that make passes on, so that its recipes quote nothing."""
    given = os.environ.get
    parser = argparse.ArgumentParser(prog="python -m local", description="The embedded stack.")
    verbs = parser.add_subparsers(dest="verb", required=True)
    run = verbs.add_parser("run", help="start the stack and wait for the first run")
    run.add_argument("--snapshot", type=Path, default=given("SNAPSHOT") or None, metavar="FOLDER")
    for verb, text in (
        ("stop", "end every process"),
        ("status", "what runs, and how far behind the warehouse is"),
        ("dashboard", "serve the dashboards and the API until Ctrl-C"),
        ("password", "print the password of Airflow's admin"),
        ("migrate", "bring the warehouse's schema up to date"),
        ("env", "write the files that Docker Compose needs"),
    ):
        verbs.add_parser(verb, help=text)
    freshness = verbs.add_parser("freshness", help="does the warehouse keep up with the shop? exit code 0, 1 or 2")
    freshness.add_argument("--minutes", default=given("MINUTES") or None)
    freshness.add_argument("--json", action="store_true", default=given("JSON") == "1")
    freshness.add_argument("--quiet", action="store_true", default=given("QUIET") == "1")
    smoke = verbs.add_parser("smoke", help="does the stack work, end to end? exit code 0, 1 or 2")
    smoke.add_argument("--keep", action="store_true", default=given("KEEP") == "1")
    logs = verbs.add_parser("logs", help="follow the logs")
    logs.add_argument("--of", default=given("OF") or None, metavar="PROGRAM")
    psql = verbs.add_parser("psql", help="open psql, or run one statement")
    psql.add_argument("--db", metavar="DATABASE", default=given("DB") or "warehouse")
    psql.add_argument("--sql", default=given("SQL") or None, metavar="STATEMENT")
    airflow = verbs.add_parser("airflow", help="Airflow's command line on the stack")
    airflow.add_argument("--command", default=given("CMD") or "info")
    shop = verbs.add_parser("shop", help="let the shop trade until Ctrl-C")
    shop.add_argument("--speed", type=float, default=given("SPEED") or None)
    replay = verbs.add_parser("replay", help="rebuild tables from the raw zone")
    replay.add_argument("--tables", default=given("TABLES") or None, metavar="TABLE,TABLE")
    migration = verbs.add_parser("migration", help="write the migration that the catalogue needs")
    migration.add_argument("--message", default=given("MESSAGE") or None)
    fail_demo = verbs.add_parser("fail-demo", help="break something on purpose, watch, repair")
    fail_demo.add_argument("--fault", default=given("FAULT") or None, metavar="NAME")
    prune = verbs.add_parser("prune", help="remove old notes on runs")
    prune.add_argument("--keep-days", default=given("KEEP_DAYS") or None)
    prune.add_argument("--yes", action="store_true", default=given("YES") == "1")
    reset = verbs.add_parser("reset", help="remove all data")
    reset.add_argument("--yes", action="store_true", default=given("YES") == "1")
    return parser


def _stack(verb: str) -> Stack:
    """The embedded stack, or with `STACK=compose` that of Docker Compose, whose choices `run` takes and keeps."""
    chosen = os.environ.get("STACK") or "embedded"
    if chosen == "embedded":
        return Stack(from_environment())
    if chosen != "compose":
        raise StackError(f"STACK is '{chosen}'; expected embedded or compose.")
    from local.compose import env_files  # here, because the embedded stack needs nothing of it
    from local.compose.stack import ComposeStack

    choices = env_files.choices_of(env_files.read(ROOT), {})
    if verb == "run":
        choices = env_files.write(ROOT)  # what the containers are told is as this code has it, not as an earlier one
    return ComposeStack(choices.settings, choices)


def _env() -> int:
    from local.compose import commands

    return commands.env()


def _on_compose(stack: ComposeStack, asked: argparse.Namespace) -> dict[str, Callable[[], int]]:
    """The verbs that mean something else on Compose."""
    from local.compose import commands

    return {
        "run": lambda: commands.run(stack, asked.snapshot),
        "stop": lambda: commands.stop(stack),
        "logs": lambda: commands.logs(stack, asked.of),
        "airflow": lambda: commands.airflow(stack, asked.command),
        "reset": lambda: commands.reset(stack, sure=asked.yes),
    }


def _call(asked: argparse.Namespace, stack: Stack) -> int:
    from local import commands, status  # here, because they need the pipeline's libraries
    from local.faildemo.demo import fail_demo
    from local.shop.errors import ShopError

    verbs: dict[str, Callable[[], int]] = {
        "run": lambda: commands.run(stack, asked.snapshot),
        "stop": lambda: commands.stop(stack),
        "status": lambda: status.status(stack),
        "freshness": lambda: commands.freshness(stack, _freshness_options(asked)),
        "smoke": lambda: commands.smoke(stack, ["--keep"] if asked.keep else []),
        "dashboard": lambda: commands.dashboard(stack),
        "logs": lambda: commands.logs(stack, asked.of),
        "psql": lambda: commands.psql(stack, asked.db, asked.sql),
        "airflow": lambda: commands.airflow(stack, asked.command),
        "shop": lambda: commands.shop(stack, asked.speed),
        "fail-demo": lambda: fail_demo(stack, asked.fault),
        "prune": lambda: commands.prune(stack, asked.keep_days, sure=asked.yes),
        "reset": lambda: commands.reset(stack, sure=asked.yes),
        "password": lambda: commands.password(stack),
        "migrate": lambda: commands.migrate(stack),
        "replay": lambda: commands.replay(stack, asked.tables),
        "migration": lambda: commands.migration(stack, asked.message),
    }
    if os.environ.get("STACK") == "compose":
        verbs |= _on_compose(cast("ComposeStack", stack), asked)
    try:
        return verbs[asked.verb]()
    except ShopError as error:
        raise StackError(str(error)) from error


def _freshness_options(asked: argparse.Namespace) -> list[str]:
    limit = ["--minutes", asked.minutes] if asked.minutes else []
    return [*limit, *(["--json"] if asked.json else []), *(["--quiet"] if asked.quiet else [])]


if __name__ == "__main__":
    sys.exit(main())
