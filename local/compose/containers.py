"""Compose's containers as the supervisor's programs are seen: what runs, how to start and stop one, its log."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from local.compose.env_files import FILE, read
from local.errors import StackError
from local.program import tail
from local.settings import ROOT

ONCE = frozenset({"airflow-init"})
"""Services that do something and end."""

_CONTROL = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")  # Compose 2.26 erases lines even with --no-color
_WELL = {"healthy": "RUNNING", "starting": "STARTING", "unhealthy": "UNHEALTHY"}


class Containers:
    """The containers of the project in `ROOT`; logs that are asked for as files go to `logs`."""

    def __init__(self, logs: Path) -> None:
        self.logs = logs

    def command(self, *arguments: str) -> list[str]:
        """`docker compose` with these arguments. Raises `StackError` where there is no Docker."""
        return [_docker(), "compose", "--project-directory", str(ROOT), *arguments]

    def environment(self) -> dict[str, str]:
        """What `docker compose` is called with; `.env` alone says what the variables are that it sets."""
        ours = read(ROOT)
        return {name: value for name, value in os.environ.items() if name not in ours}

    def call(self, *arguments: str) -> None:
        """Run `docker compose` in sight of the user. Raises `StackError` if it fails."""
        done = subprocess.run(self.command(*arguments), env=self.environment(), check=False)  # noqa: S603 # our own
        if done.returncode:
            asked = shlex.join(arguments)
            raise StackError(f"`docker compose {asked}` ended with {done.returncode}; its words are above.")

    def ask(self, *arguments: str) -> str:
        """What `docker compose` answers. Raises `StackError` with its words if it fails."""
        return _output(self.command(*arguments), self.environment())

    def alive(self) -> bool:
        """Whether any container of the project runs. Raises `StackError` where no engine answers."""
        if not (ROOT / FILE).exists():
            return False
        return bool(self.ask("ps", "--quiet").split())

    def programs(self) -> list[dict[str, Any]]:
        """Every container that goes on, in the supervisor's words: `name`, `statename`, `pid`, `start`, `now`.

        A service that ought to run and has no container is told as a stopped one.
        """
        told = [_program(one) for one in self.inspect()]
        wanted = set(self.ask("config", "--services").split()) - {str(one["service"]) for one in told}
        told += [_missing(service) for service in wanted]
        return sorted((one for one in told if one["service"] not in ONCE), key=lambda one: str(one["name"]))

    def inspect(self) -> list[dict[str, Any]]:
        """What the engine tells of every container of the project, running or not."""
        ids = self.ask("ps", "--all", "--quiet").split()
        return list(json.loads(_output([_docker(), "inspect", *ids], self.environment()))) if ids else []

    def published_ports(self) -> frozenset[int]:
        """The ports of this machine that running containers of the project have."""
        bound = [port for one in self.inspect() for port in (one["NetworkSettings"]["Ports"] or {}).values()]
        return frozenset(int(place["HostPort"]) for places in bound for place in places or [])

    def last_words(self) -> str:
        """The end of the log of each container that failed or is not well; nothing if all are."""
        unwell = sorted({_service(one) for one in self.inspect() if _is_unwell(one["State"])})
        return "".join(f"\n\nThe end of the log of {name}:\n{tail(self.log(name))}" for name in unwell)

    def state(self, name: str) -> str:
        """The state of one, in the supervisor's words."""
        return next((str(one["statename"]) for one in self.programs() if one["name"] == name), "STOPPED")

    def start_program(self, name: str) -> None:
        """Start a service's containers."""
        self.ask("start", name)

    def stop_program(self, name: str) -> None:
        """Stop a service's containers."""
        self.ask("stop", name)

    def kill(self, container: str, pid: int) -> bool:
        """Kill (-9) a process in one of our containers, by the container's id; returns whether it was there."""
        if not container or not any(one.startswith(container) for one in self.ask("ps", "--quiet").split()):
            return False
        killing = [_docker(), "exec", container, "python", "-c", f"import os; os.kill({int(pid)}, 9)"]
        return subprocess.run(killing, env=self.environment(), capture_output=True, check=False).returncode == 0  # noqa: S603 # our own

    def log(self, name: str) -> Path:
        """A file with the end of a service's log."""
        self.logs.mkdir(parents=True, exist_ok=True)
        file = self.logs / f"{name}.log"
        file.write_text(_CONTROL.sub("", self.ask("logs", "--no-color", "--no-log-prefix", "--tail", "50", name)))
        return file

    def memory_mib(self) -> float:
        """What the containers occupy, as the engine tells."""
        ids = self.ask("ps", "--quiet").split()
        told = _output([_docker(), "stats", "--no-stream", "--format", "{{.MemUsage}}", *ids], self.environment())
        return sum(_mib(line.partition("/")[0].strip()) for line in told.splitlines())


def _program(found: dict[str, Any]) -> dict[str, Any]:
    service, state = _service(found), found["State"]
    number = found["Config"]["Labels"]["com.docker.compose.container-number"]
    health = state.get("Health", {}).get("Status", "healthy")
    return {
        "service": service,
        "name": service if number == "1" else f"{service}-{number}",
        "statename": _WELL[health] if state["Running"] else "STOPPED",
        "pid": state["Pid"],
        "start": datetime.fromisoformat(state["StartedAt"][:19] + "+00:00").timestamp(),
        "now": time.time(),
    }


def _service(found: dict[str, Any]) -> str:
    return str(found["Config"]["Labels"]["com.docker.compose.service"])


def _is_unwell(state: dict[str, Any]) -> bool:
    health = state.get("Health", {}).get("Status", "healthy")
    return bool(state.get("Restarting") or health == "unhealthy" or (not state["Running"] and state["ExitCode"]))


def _missing(service: str) -> dict[str, Any]:
    return {"service": service, "name": service, "statename": "STOPPED", "pid": 0, "start": 0.0, "now": 0.0}


def _mib(text: str) -> float:
    """`312.4MiB`, `1.2GiB`: what Docker writes."""
    for unit, factor in (("GiB", 1024.0), ("MiB", 1.0), ("KiB", 1 / 1024), ("B", 1 / 1024**2)):
        if text.endswith(unit):
            return float(text.removesuffix(unit)) * factor
    return 0.0


def _output(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603 # our own
    if done.returncode:
        raise StackError(f"`docker {command[1]} …` ended with {done.returncode}:\n{done.stderr.strip()}")
    return done.stdout


def _docker() -> str:
    found = shutil.which("docker")
    if found is None:
        raise StackError("STACK=compose needs Docker, and there is no `docker` on PATH; see docs/docker.md.")
    return found
