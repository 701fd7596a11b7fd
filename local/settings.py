"""Ports, folders and choices of one embedded stack, from the environment, with defaults."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from include.settings import WATCH_CHOICES
from local.errors import StackError

ROOT = Path(__file__).resolve().parent.parent
"""The clone: what PYTHONPATH of the whole stack is."""

REMEMBERED = "settings.json"
"""File in the state folder that says what the stack was last started with."""

COVID_CHOICES = ("local", "internet")
EXECUTORS = ("local", "celery")
MOST_WORKERS = 16
CHOICES = {"covid": COVID_CHOICES, "watch": WATCH_CHOICES, "executor": EXECUTORS}


@dataclass(frozen=True, slots=True)
class Settings:
    """What one stack is started with. Every field but `root` is an environment variable in capitals.

    `covid` says where the COVID-19 files come from: "local", made up by the stack, or "internet", the real ones.
    `executor` says where tasks run: "local", in processes of the scheduler, or "celery", in `workers` beside it,
    each with so many `slots`.
    `watch` says whether a change in the shop starts a run at once, and how it is noticed: "off", "poll" or "notify".
    `durable=False` (tests only) lets PostgreSQL skip fsync.
    """

    state_dir: Path = ROOT / ".state"
    dags_folder: Path = ROOT / "dags"
    postgres_port: int = 55432
    aws_port: int = 4566
    airflow_port: int = 8080
    smtp_port: int = 8025
    inbox_port: int = 8026
    covid_port: int = 8027
    dashboard_port: int = 8028
    redis_port: int = 6379
    covid: str = "local"
    executor: str = "local"
    workers: int = 2
    slots: int = 4
    watch: str = "off"
    durable: bool = True
    root: Path = ROOT

    def __post_init__(self) -> None:
        """Refuse ports out of range or used twice, folders that are none, and what is no choice."""
        owners: dict[int, str] = {}
        for name, port in self.ports().items():
            if not 0 < port < 65536:
                raise StackError(f"{name} is {port}; expected a port number from 1 to 65535.")
            if port in owners:
                raise StackError(f"{name} and {owners[port]} are both {port}; give each a port of its own.")
            owners[port] = name
        for name, choices in CHOICES.items():
            if (chosen := getattr(self, name)) not in choices:
                raise StackError(f"{name.upper()} is '{chosen}'; expected one of {', '.join(choices)}.")
        for name, number in (("WORKERS", self.workers), ("SLOTS", self.slots)):
            if not 0 < number <= MOST_WORKERS:
                raise StackError(f"{name} is {number}; expected a number from 1 to {MOST_WORKERS}.")
        if self.state_dir.exists() and not self.state_dir.is_dir():
            raise StackError(f"STATE_DIR is {self.state_dir}, a file; expected a folder or a name to create one.")
        if not self.dags_folder.is_dir():
            raise StackError(f"DAGS_FOLDER is {self.dags_folder}, which is no folder; expected one with DAG files.")

    def ports(self) -> dict[str, int]:
        """The ports this stack listens on, by the name of the variable that changes each."""
        return {f.name.upper(): getattr(self, f.name) for f in fields(self) if f.name.endswith("_port")}

    def ports_of_programs(self) -> dict[str, int]:
        """The same without that of `make dashboard`, which is no program of the stack and may outlive it.

        Redis is a program of a stack on Celery only.
        """
        others = {"DASHBOARD_PORT"} if self.executor == "celery" else {"DASHBOARD_PORT", "REDIS_PORT"}
        return {name: port for name, port in self.ports().items() if name not in others}

    def make_state_dir(self) -> None:
        """Make the state folder; only its owner reads it (root's PostgreSQL, another user, passes through).

        Raises `StackError` if it belongs to another user.
        """
        self.state_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.state_dir.stat().st_uid != os.geteuid():
            raise StackError(
                f"{self.state_dir} belongs to user {self.state_dir.owner()}; "
                "call the stack as that user, or choose another folder with STATE_DIR=…"
            )
        self.state_dir.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def as_texts(self) -> dict[str, str]:
        """The settings by name, as the environment would hold them."""
        return {name: str(value) for name, value in asdict(self).items() if name in _VARIABLES}

    def remember(self) -> None:
        """Write the settings into the state folder, for `stop`, `status` and the next `run`."""
        (self.state_dir / REMEMBERED).write_text(json.dumps(self.as_texts(), indent=2) + "\n")

    def remembered(self) -> dict[str, str]:
        """The settings that the stack of this state folder was last started with."""
        return _remembered(self.state_dir)


_VARIABLES = tuple(f.name for f in fields(Settings) if f.name not in {"root", "durable"})


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from the environment; what is unset there is as at the last start, else the default.

    Raises `StackError` for a value that is no port or no usable folder.
    """
    chosen = {name: environ[name.upper()] for name in _VARIABLES if environ.get(name.upper())}
    state_dir = _folder(chosen.get("state_dir", str(ROOT / ".state")))
    chosen = {**_remembered(state_dir), **chosen, "state_dir": str(state_dir)}
    return Settings(**{name: _value(name, text) for name, text in chosen.items()})  # type: ignore[arg-type] # names come from the fields themselves


def _remembered(state_dir: Path) -> dict[str, str]:
    """What `Settings.remember` wrote; nothing if the file is absent or damaged (the defaults serve then)."""
    try:
        found = json.loads((state_dir / REMEMBERED).read_text())
    except (OSError, ValueError):
        return {}
    kept = {name: found[name] for name in _VARIABLES if isinstance(found, dict) and name in found}
    if not Path(kept.get("dags_folder", ROOT)).is_dir():
        del kept["dags_folder"]  # a clone that was moved
    return kept


def _value(name: str, text: str) -> Path | int | str:
    if name.endswith("_port"):
        return _number(name, text, "a port number, for example 15432")
    if name in {"workers", "slots"}:
        return _number(name, text, "how many, for example 2")
    return text if name in CHOICES else _folder(text)


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _number(name: str, text: str, expected: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise StackError(f"{name.upper()} is '{text}'; expected {expected}.") from None
