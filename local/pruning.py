"""Pruning the notes on runs: first what would go is said, then it is asked for, then it goes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from local.console import confirmed, step
from local.errors import StackError
from local.log_files import KEEP_DAYS as LOGS_KEEP_DAYS

DAYS = 90

AIRFLOW_TABLES = (
    "dag_run",
    "task_instance",
    "task_instance_history",
    "xcom",
    "log",
    "job",
    "asset_event",
    "deadline",
)
"""What of Airflow's own database grows with runs; the latest scheduled run of each DAG stays."""


def prune(
    environment: Mapping[str, str], prune_task_logs: Callable[[float], int], days: str | None, *, sure: bool
) -> int:
    """Prune warehouse, Airflow and task logs of what is older than ``days``; returns the exit code."""
    keep = _whole(days or str(DAYS))
    programs = {"warehouse": _warehouse(keep), "Airflow": _airflow(keep)}
    if not sure:
        for name, command in programs.items():
            step(f"What would be removed from {name}, older than {keep} days")
            _run([*command, *(["--dry-run"] if name == "Airflow" else [])], environment)
        if not confirmed("Remove it?"):
            return 1
    for name, command in programs.items():
        step(f"Pruning {name}")
        _run([*command, "--yes", *(["--skip-archive"] if name == "Airflow" else [])], environment)
    files = prune_task_logs(min(keep, LOGS_KEEP_DAYS))
    step(f"Removed {files} task logs")
    return 0


def _warehouse(keep: int) -> list[str]:
    return [sys.executable, "-m", "include.retention", "--keep-days", str(keep)]


def _airflow(keep: int) -> list[str]:
    before = (datetime.now(UTC) - timedelta(days=keep)).isoformat(timespec="seconds")
    command = [sys.executable, "-m", "airflow", "db", "clean", "--clean-before-timestamp", before]
    return [*command, "--tables", ",".join(AIRFLOW_TABLES), "--batch-size", "10000"]


def _run(command: list[str], environment: Mapping[str, str]) -> None:
    # Nobody answers a question of theirs: they were told to go ahead, or to remove nothing.
    ended = subprocess.run(command, env=dict(environment), stdin=subprocess.DEVNULL, check=False)  # noqa: S603  our own
    if ended.returncode:
        raise StackError(f"`{' '.join(command[1:4])}` ended with {ended.returncode}; what is removed by then is.")


def _whole(days: str) -> int:
    if not days.isdecimal() or int(days) < 1:
        raise StackError(f"KEEP_DAYS is '{days}'; expected a whole number of days.")
    return int(days)
