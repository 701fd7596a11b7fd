"""The note of what is broken, so that whoever comes next repairs what a killed demo left."""

from __future__ import annotations

import fcntl
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from local.errors import StackError
from local.faildemo.fault import Fault
from local.faildemo.faults import fault_named
from local.secrets_store import write_private
from local.stack import Stack

NOTE = "fail-demo"
"""File in the state folder with the name of the fault that is, or is about to be, in place."""


@contextmanager
def alone(stack: Stack) -> Iterator[None]:
    """Keep other demos of this stack out while the block runs. Raises `StackError` if one is under way."""
    with _lock(stack) as is_free:
        if not is_free:
            raise StackError("Another `make fail-demo` of this stack is under way; wait for its end.")
        yield


@contextmanager
def noted(stack: Stack, fault: Fault, tell: Callable[[str], None]) -> Iterator[None]:
    """Remember `fault` before the block breaks anything; repair it, and tell so, however the block ends.

    A repair that fails leaves the note, and raises `StackError`.
    """
    write_private(_note(stack), fault.name)
    try:
        yield
    finally:
        with _undisturbed():
            try:
                tell(f"Repaired: {repair(stack, fault)}")
            except (psycopg.Error, StackError) as error:
                raise StackError(
                    f"{fault.name} could not be repaired ({str(error).strip()}); `make run` repairs it, and so does the"
                    " next `make fail-demo`."
                ) from error


def left_broken(stack: Stack) -> Fault | None:
    """What an earlier demo broke and did not repair, if any."""
    try:
        return fault_named(_note(stack).read_text())
    except FileNotFoundError:
        return None


def repair(stack: Stack, fault: Fault) -> str:
    """Repair a fault and forget it; returns what was done."""
    done = fault.repair(stack)
    _note(stack).unlink(missing_ok=True)
    return done


def mend(stack: Stack) -> str | None:
    """Repair what a killed demo left; returns what was done, or none. One that is under way is left alone."""
    with _lock(stack) as is_free:
        fault = left_broken(stack) if is_free else None
        return repair(stack, fault) if fault else None


def _note(stack: Stack) -> Path:
    return stack.settings.state_dir / NOTE


@contextmanager
def _lock(stack: Stack) -> Iterator[bool]:
    """Whether nobody else holds the lock, which ends with whoever does."""
    with (stack.settings.state_dir / f"{NOTE}.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Ctrl-C and the like have to wait."""
    earlier = {one: signal.signal(one, signal.SIG_IGN) for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for one, action in earlier.items():
            signal.signal(one, action)
