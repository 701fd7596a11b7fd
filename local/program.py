"""A server of the stack as a declaration: what is executed, as whom, and how it is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypedDict
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from local.errors import StackError

HOST = "127.0.0.1"
"""The only address anything of the stack listens on."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the machine that a server runs as, when the stack is started by root."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Program:
    """One server. `env` is its whole environment; `stop_s` are the seconds it gets to end by itself."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(repr=False)
    cwd: Path
    account: Account | None = None
    stop_signal: Literal["TERM", "INT"] = "TERM"
    stop_s: int = 10


class AccountArguments(TypedDict, total=False):
    """What `subprocess` calls the account that a command runs as."""

    user: int
    group: int
    extra_groups: list[int]


def as_account(account: Account | None) -> AccountArguments:
    """The arguments that make `subprocess` run a command as `account` (none: as ourselves)."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": []}


@contextmanager
def running(program: Program, log: Path, ready: Callable[[], bool]) -> Iterator[subprocess.Popen[bytes]]:
    """`program` without supervision while the block runs (how tests start one server).

    Raises `StackError` with the end of its log if it dies or is not `ready()` within 60 s.
    """
    with log.open("ab") as out:
        started = subprocess.Popen(  # noqa: S603 # our own programs
            program.command,
            env=dict(program.env),
            cwd=program.cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **as_account(program.account),
        )
    try:
        wait_until(ready, lambda: started.poll() is None, program.name, log)
        yield started
    finally:
        stop(started, program)


def stop(started: subprocess.Popen[bytes], program: Program) -> None:
    """End a server the way it wants to be ended; kill it if it does not within `stop_s`."""
    with suppress(ProcessLookupError):
        os.kill(started.pid, signal.Signals[f"SIG{program.stop_signal}"])
    try:
        started.wait(program.stop_s)
    except subprocess.TimeoutExpired:
        started.kill()
        started.wait()


def wait_until(ready: Callable[[], bool], alive: Callable[[], bool], name: str, log: Path, seconds: float = 60) -> None:
    """Return when `ready()`; raise `StackError` with the end of `log` when not `alive()` or out of time."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not alive():
            raise StackError(f"{name} ended instead of starting. The end of {log}:\n{tail(log)}")
        if time.monotonic() > deadline:
            raise StackError(f"{name} was not ready within {seconds:.0f} s. The end of {log}:\n{tail(log)}")
        time.sleep(0.05)


def answers(url: str) -> bool:
    """Whether a server of the stack answers GET `url` with success."""
    with suppress(URLError, OSError), DIRECT.open(url, timeout=2):
        return True
    return False


DIRECT = build_opener(ProxyHandler({}))  # a proxy of the machine's user cannot reach our loopback ports


def tail(log: Path, lines: int = 15) -> str:
    """The last lines of a log; a remark if there is none."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) or "(it is empty)"
    except FileNotFoundError:
        return "(there is no log)"
