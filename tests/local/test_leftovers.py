"""Which processes count as a stack's own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from local import leftovers
from local.supervision import MARK, Record


@contextmanager
def running(*command: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """A program in a session of its own that has said its first line."""
    with subprocess.Popen(
        command, env={**os.environ, **(env or {})}, start_new_session=True, stdout=subprocess.PIPE, text=True
    ) as started:
        try:
            assert started.stdout is not None
            started.stdout.readline()
            yield started
        finally:
            started.kill()


NAP = ("sh", "-c", "echo up; exec sleep 600")


def found(tmp_path: Path, record: Record | None = None) -> list[int]:
    return [p.pid for p in leftovers.find(tmp_path, record, tmp_path / "data")]


def test_a_marked_process_is_found_and_anothers_is_not(tmp_path: Path) -> None:
    with running(*NAP, env={MARK: str(tmp_path)}) as ours, running(*NAP, env={MARK: f"{tmp_path}x"}):
        assert found(tmp_path) == [ours.pid]


def test_a_session_is_found_after_its_leader_died(tmp_path: Path) -> None:
    with running("sh", "-c", "sleep 600 & echo $!; exec sleep 600") as leader:
        record = Record(leader.pid, psutil.Process(leader.pid).create_time(), "")
        members = found(tmp_path, record)
        assert len(members) == 2
        leader.kill()
        leader.wait()
        (left,) = found(tmp_path, record)
        assert left in members
        leftovers.end([psutil.Process(left)])
        assert found(tmp_path, record) == []


def test_a_reused_pid_is_not_taken_for_the_supervisor(tmp_path: Path) -> None:
    with running(*NAP) as stranger:
        record = Record(stranger.pid, psutil.Process(stranger.pid).create_time() - 60, "")
        assert not record.alive()
        assert found(tmp_path, record) == []


def test_one_that_ignores_the_polite_signal_is_killed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "PATIENCE_S", 0.3)
    stubborn = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
    with running(sys.executable, "-c", stubborn, env={MARK: str(tmp_path)}) as ours:
        leftovers.end(leftovers.find(tmp_path, None, tmp_path / "data"))
        assert ours.wait(5) == -9
