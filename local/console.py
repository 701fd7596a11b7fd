"""What the person at the terminal reads: plain lines, each with the time since the start."""

from __future__ import annotations

import os
import sys
import time

from include.plain_text import span, table

__all__ = ["confirmed", "elapsed_s", "say", "span", "step", "table"]

_STARTED = float(os.environ.get("TOTES_STARTED") or time.time())  # set by make, before the set-up


def say(text: str = "") -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def elapsed_s() -> float:
    """Seconds since the command was given."""
    return time.time() - _STARTED


def step(text: str) -> None:
    """Print one line of progress."""
    say(f"[{elapsed_s():4.0f} s] {text}")


def confirmed(question: str) -> bool:
    """Whether somebody answers yes; where nobody can be asked, nobody did."""
    try:
        answer = input(f"{question} Type yes: ")
    except EOFError:
        say()
        answer = ""
    if answer.strip().lower() in {"y", "yes"}:
        return True
    say("Nothing was removed; YES=1 removes without asking.")
    return False
