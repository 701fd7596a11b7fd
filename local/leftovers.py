"""Finding and ending whatever of a stack still runs, supervised or not."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import psutil

from local.supervision import MARK, Record

PATIENCE_S = 10
"""Seconds that processes get to end by themselves before they are killed."""


def find(state_dir: Path, record: Record | None, postgres_data: Path) -> list[psutil.Process]:
    """Every living process of the stack of `state_dir`.

    A process belongs to it if it is in the supervisor's session, or carries the stack's mark in its
    environment, or serves its data folder, or descends from such a one. (A task may start a session of its
    own; PostgreSQL and Airflow overwrite their environment; so no single sign is enough.) We ourselves and our
    parents are never among them.
    """
    session = _session(record)
    everybody = psutil.process_iter()
    ours = {p for p in everybody if _in_session(p, session) or _marked(p, state_dir, postgres_data)}
    for root in list(ours):
        with suppress(psutil.Error):
            ours |= set(root.children(recursive=True))
    ours -= {psutil.Process(), *psutil.Process().parents()}
    return sorted((p for p in ours if _lives(p)), key=lambda p: p.pid)


def end(found: Iterable[psutil.Process]) -> None:
    """End processes: PostgreSQL last, everything politely first, then by force.

    psutil compares start times before it signals, so a pid that was reused meanwhile is not touched.
    """
    found = list(found)
    servers = [p for p in found if _name(p) == "postgres"]
    _end([p for p in found if p not in servers], signal.SIGTERM)
    _end(servers, signal.SIGINT)  # its first process takes the others with it


def _end(some: list[psutil.Process], polite: signal.Signals) -> None:
    for how in (polite, signal.SIGKILL):
        some = [one for one in some if _lives(one)]
        for one in some:
            with suppress(psutil.NoSuchProcess):
                one.send_signal(how)
        deadline = time.monotonic() + PATIENCE_S
        while any(map(_lives, some)) and time.monotonic() < deadline:
            time.sleep(0.05)


def _session(record: Record | None) -> int | None:
    """The session that the recorded supervisor leads or led; none if its number meanwhile is somebody else's."""
    if record is None:
        return None
    with suppress(psutil.NoSuchProcess):
        return record.pid if psutil.Process(record.pid).create_time() == record.started else None
    return record.pid


def _in_session(candidate: psutil.Process, session: int | None) -> bool:
    with suppress(OSError):
        return os.getsid(candidate.pid) == session
    return False


def _marked(candidate: psutil.Process, state_dir: Path, postgres_data: Path) -> bool:
    with suppress(psutil.Error, OSError):
        if candidate.name() == "postgres":
            return candidate.cwd() == str(postgres_data.resolve())
        return candidate.environ().get(MARK) == str(state_dir)
    return False


def _lives(candidate: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return candidate.is_running() and candidate.status() != psutil.STATUS_ZOMBIE
    return False


def _name(candidate: psutil.Process) -> str:
    with suppress(psutil.Error):
        return str(candidate.name())
    return ""


def process_mib(one: psutil.Process) -> float:
    """What a process occupies, shared pages counted once (PSS), where the kernel tells; nothing if it has ended."""
    with suppress(OSError, psutil.Error):
        lines = Path(f"/proc/{one.pid}/smaps_rollup").read_text().splitlines()
        return sum(float(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return 0.0
