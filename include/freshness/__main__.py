"""`python -m include.freshness`: the check as a program, for cron, a healthcheck, a terminal.

Exit code 0: the promise holds; 1: it is broken; 2: the warehouse could not be asked.
"""

import argparse
import json
import os
import sys
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from include.alerts.model import Alert
from include.errors import SettingError, TotesError, WarehouseUnavailable
from include.freshness import words
from include.freshness.alerting import unasked
from include.freshness.ask import ask
from include.freshness.standing import Verdict
from include.settings import AlertSettings

KEPT, BROKEN, NOT_ASKED = 0, 1, 2


def main(arguments: Sequence[str] | None = None, *, limit: timedelta | None = None) -> int:
    """Ask, say, tell; returns the exit code. ``limit`` is for tests, which cannot wait for minutes."""
    asked = _parser().parse_args(arguments)
    try:
        settings = AlertSettings.from_environment()
        limit = limit or timedelta(minutes=asked.minutes or settings.deadline_minutes)
        found = ask(os.environ, limit)
    except SettingError as error:  # the mistake of whoever started this, and told to nobody else
        return _not_asked(error, as_json=asked.json)
    except WarehouseUnavailable as error:
        code = _not_asked(error, as_json=asked.json)
        _tell(unasked(limit or timedelta(), datetime.now(UTC)), settings)
        return code
    if asked.json:
        _say(json.dumps(words.as_json(found)))
    elif found.late or not asked.quiet:
        _say(words.as_text(found))
    _tell(found, settings)
    return BROKEN if found.late else KEPT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m include.freshness",
        description="How far the warehouse is behind its source. Exit code 0: within the limit, 1: late, 2: not known.",
    )
    parser.add_argument("--minutes", type=_minutes, help="the limit (default: totes.deadline_minutes, 30)")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="one line of JSON")
    form.add_argument("--quiet", action="store_true", help="say nothing while the warehouse is within the limit")
    return parser


def _minutes(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r}; expected a whole number of minutes, 1 or more")
    return int(text)


def _not_asked(error: TotesError, *, as_json: bool) -> int:
    if as_json:
        _say(json.dumps({"error": str(error)}))
    _complain(str(error))
    return NOT_ASKED


def _tell(found: Verdict | Alert, settings: AlertSettings) -> None:
    """Alert, where there is a topic; that nobody could be told changes nothing of what was found."""
    if not settings.topic:
        return
    from include.freshness.telling import tell  # here, because boto3 takes long to import

    for remark in tell(found, settings, os.environ):
        _complain(remark)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _program() -> int:
    try:
        return main()
    except Exception:  # Python's own exit code 1 would read as a broken promise
        traceback.print_exc()
        return NOT_ASKED


if __name__ == "__main__":
    sys.exit(_program())
