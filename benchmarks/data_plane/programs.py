"""A program that is measured: a process of its own, given its settings on stdin, so that none is in a command line."""

import json
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psutil

from local.settings import ROOT

_LOOK_EVERY_S = 0.02


@dataclass(frozen=True)
class Measured:
    """What a program took: seconds (its own count of the work, else the whole process) and peak memory in MB."""

    seconds: float
    peak_mb: float
    answer: Any = None


def run(command: Sequence[str], given: Mapping[str, Any], env: Mapping[str, str] | None = None) -> Measured:
    """Run a program to its end; its last line may be JSON with `seconds` and `answer`.

    Peak memory is the kernel's mark (`VmHWM`) of the largest process among it and its children. Raises
    ``RuntimeError`` with what the program said if it fails.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=ROOT, env=env
    ) as program:
        assert program.stdin  # noqa: S101  narrows the type; it is a pipe
        assert program.stdout  # noqa: S101  likewise
        program.stdin.write(json.dumps(given))
        program.stdin.close()
        peak, lines = 0.0, list[str]()
        reader = threading.Thread(target=lines.extend, args=(program.stdout,))
        reader.start()
        while program.poll() is None:
            peak = max(peak, _marks(program.pid))
            time.sleep(_LOOK_EVERY_S)
        reader.join()
    said = "".join(lines)
    whole = time.perf_counter() - started
    if program.returncode:
        raise RuntimeError(f"{command[0]} ended with {program.returncode}: {said.strip()[-400:]}")
    last = said.strip().rpartition("\n")[2]
    own = json.loads(last) if last.startswith("{") else {}
    return Measured(own.get("seconds", whole), max(peak, own.get("peak_mb", 0.0)), own.get("answer"))


def _marks(pid: int) -> float:
    """The largest `VmHWM` in MB of a process and its children."""
    try:
        parent = psutil.Process(pid)
        family = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0.0
    return max(map(peak_mb, [member.pid for member in family]), default=0.0)


def peak_mb(pid: int | str = "self") -> float:
    """The most memory a process ever had, in MB."""
    try:
        with open(f"/proc/{pid}/status") as status:  # noqa: PTH123  no file of ours
            return next((int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM")), 0.0)
    except OSError:
        return 0.0
