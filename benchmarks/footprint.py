"""What the stack's programs cost: CPU while nothing is to be done, and memory, each program with all its processes."""

import time
from dataclasses import dataclass

import psutil

from local.leftovers import process_mib
from local.stack import Stack


@dataclass(frozen=True)
class Program:
    """A supervised program: CPU-seconds a minute while idle, and MiB with shared pages counted once (PSS)."""

    name: str
    cpu_s_per_minute: float
    memory_mib: float


def idle(stack: Stack, seconds: float) -> list[Program]:
    """Every program of the stack over ``seconds`` in which nobody should ask for anything, the costliest first."""
    before = {name: _cpu_s(pid) for name, pid in _pids(stack).items()}
    began = time.monotonic()
    time.sleep(seconds)
    minutes = (time.monotonic() - began) / 60
    programs = [
        Program(name, (_cpu_s(pid) - before[name]) / minutes, _memory_mib(pid)) for name, pid in _pids(stack).items()
    ]
    return sorted(programs, key=lambda program: -program.cpu_s_per_minute)


def cpu_s(stack: Stack) -> float:
    """The CPU-seconds that the stack's programs have used since they started."""
    return sum(_cpu_s(pid) for pid in _pids(stack).values())


def _pids(stack: Stack) -> dict[str, int]:
    return {str(one["name"]): int(one["pid"]) for one in stack.supervisor.programs() if one["pid"]}


def _tree(pid: int) -> list[psutil.Process]:
    root = psutil.Process(pid)
    return [root, *root.children(recursive=True)]


def _cpu_s(pid: int) -> float:
    """User and system time of a program, of its processes, and of those that have ended and were waited for."""
    total = 0.0
    for process in _tree(pid):
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.NoSuchProcess:
            continue
    return total


def _memory_mib(pid: int) -> float:
    return sum(process_mib(process) for process in _tree(pid))
