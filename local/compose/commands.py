"""What those `make` targets do with `STACK=compose` that do something else there."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from local import first_run, summary
from local.compose import env_files
from local.compose.stack import ComposeStack
from local.console import confirmed, say, step
from local.errors import StackError
from local.faildemo import note
from local.settings import ROOT


def env() -> int:
    """Write the env files; what is there already is kept."""
    choices = env_files.write(ROOT)
    ports = ", ".join(f"{name}={value}" for name, value in choices.as_texts().items() if name.endswith("_PORT"))
    say(f"Wrote {ROOT / env_files.FILE} and the files derived from it, for your eyes only. {ports}")
    return 0


def run(stack: ComposeStack, folder: Path | None) -> int:
    """Start everything, wait for the first run, tell what there is."""
    if folder:
        raise StackError("SNAPSHOT is for the embedded stack; with STACK=compose the shop has its demo rows.")
    with stack.alone():
        step("Starting the containers; the images are built first where something of them changed")
        stack.start_servers()
        if done := note.mend(stack):
            step(f"A demo of failures was killed. Repaired: {done}")
        stack.start_airflow()
        step("Airflow is ready")
    done_run = first_run.ensure(stack.api, stack.task_logs)
    say(f"\n{summary.summary(stack, done_run)}")
    return 0


def stop(stack: ComposeStack) -> int:
    """End every container; the volumes stay."""
    with stack.alone():
        ended = stack.down()
    step(f"Stopped: {ended} containers have ended; the data stays in their volumes." if ended else "Nothing ran.")
    return 0


def logs(stack: ComposeStack, of: str | None) -> int:
    """Follow the log of one service, or of all."""
    return _become(stack, "logs", "--follow", "--tail", "20", *([of] if of else []))


def airflow(stack: ComposeStack, command: str) -> int:
    """Airflow's own command line, in the scheduler's container."""
    terminal = [] if sys.stdin.isatty() and sys.stdout.isatty() else ["--no-TTY"]
    return _become(stack, "exec", *terminal, "scheduler", "airflow", *shlex.split(command))


def reset(stack: ComposeStack, *, sure: bool) -> int:
    """Remove every container and volume; `.env` stays."""
    if not sure and not confirmed("Remove all data of the Compose stack?"):
        return 1
    with stack.alone():
        stack.supervisor.call("--profile", "*", "down", "--volumes", "--remove-orphans")
    say("Removed the containers and their volumes; `make run STACK=compose` starts from nothing. .env stays.")
    return 0


def _become(stack: ComposeStack, *arguments: str) -> int:
    command = stack.supervisor.command(*arguments)
    os.execve(command[0], command, stack.supervisor.environment())  # noqa: S606 # no shell
