"""What the person at the terminal reads: plain lines, each with the time since the start."""

from __future__ import annotations

import os
import re
import sys
import time

from include.plain_text import span, table

__all__ = ["confirmed", "elapsed_s", "say", "span", "step", "table"]

_STARTED = float(os.environ.get("TOTES_STARTED") or time.time())  # set by make, before the set-up


ON_COMPOSE = "STACK=compose"
_COMMAND = re.compile(rf"`make (?!env|lock|setup|audit)[a-z-]+(?![a-z-]| {ON_COMPOSE})")


def say(text: str = "") -> None:
    """Print a line at once, also into a pipe; the commands that it names are those for the stack that was asked for."""
    sys.stdout.write(f"{_for_this_stack(text)}\n")
    sys.stdout.flush()


def _for_this_stack(text: str) -> str:
    """`make run` alone would start the embedded stack, beside the one on Compose that the message is about."""
    if os.environ.get("STACK") != "compose":
        return text
    return _COMMAND.sub(lambda found: f"{found[0]} {ON_COMPOSE}", text)


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
