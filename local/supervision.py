"""The supervisor in the background: its configuration, its start, its programs, its end."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy  # nosec B411 # reads what our own supervisor says on a private socket

import psutil
from supervisor.xmlrpc import SupervisorTransport

from local import launch, program
from local.errors import StackError
from local.program import Program
from local.secrets_store import write_private

MARK = "TOTES_STACK"
"""Environment variable of every process of a stack; its value is the state folder."""

_LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107 bytes
_PATIENCE_S = 20


@dataclass(frozen=True, slots=True)
class Record:
    """Which process supervises a stack (`started`: its start time, so that a reused pid is not taken for it)."""

    pid: int
    started: float
    socket: str

    def alive(self) -> bool:
        """Whether that very process still runs."""
        with suppress(psutil.NoSuchProcess):
            found = psutil.Process(self.pid)
            return found.create_time() == self.started and found.status() != psutil.STATUS_ZOMBIE
        return False


class Supervisor:
    """Supervision of the programs of one state folder."""

    def __init__(self, state_dir: Path) -> None:
        self.state_dir = state_dir
        self._folder = state_dir / "supervisor"
        self.logs = state_dir / "logs"

    def record(self) -> Record | None:
        """What the last start wrote down, if a start is written down."""
        try:
            return Record(**json.loads((self._folder / "record.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def alive(self) -> bool:
        """Whether the supervisor runs and answers."""
        found = self.record()
        if found is None or not found.alive():
            return False
        try:
            return bool(self._ask("getState")["statename"] == "RUNNING")
        except StackError:
            return False

    def start(self, programs: Sequence[Program]) -> None:
        """Start supervising `programs`, none of which is started yet.

        The supervisor gets a session of its own: it outlives the terminal, and whatever its programs start
        can be found by that session.
        """
        for folder in (self._folder, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        socket = self._socket()
        for one in programs:
            write_private(self._folder / f"{one.name}.json", self._launch_file(one))
        configuration = self._folder / "supervisord.conf"
        write_private(configuration, self._configuration(socket, programs))
        with (self.logs / "supervisord.out").open("wb") as out:
            started = subprocess.Popen(  # noqa: S603 # our own program
                (sys.executable, "-I", "-m", "supervisor.supervisord", "-n", "-c", str(configuration)),
                env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), MARK: str(self.state_dir)},
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        record = Record(started.pid, psutil.Process(started.pid).create_time(), str(socket))
        write_private(self._folder / "record.json", json.dumps(asdict(record)))
        program.wait_until(self.alive, lambda: started.poll() is None, "the supervisor", self.logs / "supervisord.out")

    def start_program(self, name: str) -> None:
        """Start one program and return at once; nothing happens if it runs."""
        if self.state(name) not in {"RUNNING", "STARTING"}:
            self._ask("startProcess", name, False)

    def stop_program(self, name: str) -> None:
        """Stop one program and wait until it has ended; nothing happens if it does not run."""
        with suppress(Fault):
            self._ask("stopProcess", name, True)

    def state(self, name: str) -> str:
        """`RUNNING`, `STARTING`, `STOPPED`, `BACKOFF`, `EXITED`, `FATAL` …"""
        return str(self._ask("getProcessInfo", name)["statename"])

    def programs(self) -> list[Mapping[str, Any]]:
        """What the supervisor knows of each program: `name`, `statename`, `pid`, `start`, `now` and more."""
        return list(self._ask("getAllProcessInfo"))

    def log(self, name: str) -> Path:
        """Where a program's output goes."""
        return self.logs / f"{name}.log"

    def shut_down(self) -> None:
        """End the supervisor itself (its programs are stopped before) and wait for it."""
        found = self.record()
        if found is None or not found.alive():
            return
        with suppress(StackError):
            self._ask("shutdown")
        deadline = time.monotonic() + _PATIENCE_S
        while found.alive() and time.monotonic() < deadline:
            time.sleep(0.05)

    def _ask(self, method: str, *arguments: object) -> Any:
        found = self.record()
        transport = SupervisorTransport(serverurl=f"unix://{found.socket}" if found else "unix:///nowhere")
        try:
            with ServerProxy("http://127.0.0.1", transport=transport) as server:
                return getattr(server.supervisor, method)(*arguments)
        except (OSError, HTTPException) as error:
            raise StackError(f"The stack's supervisor does not answer ({error}); see {self.logs}.") from error

    def _socket(self) -> Path:
        """A path for the supervisor's socket in a folder of our own, short enough for the kernel."""
        wanted = self._folder / "socket"
        if len(os.fsencode(wanted)) <= _LONGEST_SOCKET_PATH:
            return wanted
        return Path(tempfile.mkdtemp(prefix="totes-")) / "socket"

    def _launch_file(self, one: Program) -> str:
        return json.dumps(
            {
                "command": one.command,
                "cwd": str(one.cwd),
                "account": asdict(one.account) if one.account else None,
                "env": {**one.env, MARK: str(self.state_dir)},
            }
        )

    def _configuration(self, socket: Path, programs: Sequence[Program]) -> str:
        sections: dict[str, Mapping[str, object]] = {
            "unix_http_server": {"file": socket, "chmod": "0700"},
            "rpcinterface:supervisor": {
                "supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"
            },
            "supervisord": {
                "logfile": self.logs / "supervisord.log",
                "pidfile": self._folder / "supervisord.pid",
                "childlogdir": self.logs,
                "umask": "077",
                "minfds": 256,
                **({"user": "root"} if os.geteuid() == 0 else {}),
            },
            **{f"program:{one.name}": self._section(one) for one in programs},
        }
        return "\n".join(
            f"[{name}]\n" + "".join(f"{key} = {_escaped(value)}\n" for key, value in section.items())
            for name, section in sections.items()
        )

    def _section(self, one: Program) -> dict[str, object]:
        starter = (sys.executable, "-I", launch.__file__, str(self._folder / f"{one.name}.json"))
        return {
            "command": shlex.join(starter),
            "autostart": "false",
            "autorestart": "true",
            "startsecs": 2,
            "startretries": 5,
            "stopsignal": one.stop_signal,
            "stopwaitsecs": one.stop_s,
            "redirect_stderr": "true",
            "stdout_logfile": self.log(one.name),
            "stdout_logfile_maxbytes": "10MB",
            "stdout_logfile_backups": 3,
        }


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")
