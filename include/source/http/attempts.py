"""Asking again: when, how often, and when to give up."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

from include.errors import FileUnavailable
from include.source.http.limits import Deadline, Limits

log = logging.getLogger(__name__)

_LONGEST_BACKOFF_S = 15.0
Answer = TypeVar("Answer")


class AskAgain(Exception):  # noqa: N818  an answer, not a mistake
    """A try that failed and may succeed in a moment: not before ``after_s`` seconds, if the server said so."""

    def __init__(self, failure: FileUnavailable, after_s: float = 0.0) -> None:
        super().__init__(str(failure))
        self.failure = failure
        self.after_s = after_s


def asked(ask: Callable[[], Answer], limits: Limits, deadline: Deadline) -> Answer:
    """The answer of the first try that is not ``AskAgain``, in the limits' number of tries and their time.

    Raises the last failure, at once where the next try would come too late.
    """
    failed = 0
    while True:
        try:
            return ask()
        except AskAgain as again:
            failed += 1
            wait_s = again.after_s + _backoff_s(failed, limits)
            if failed == limits.tries or wait_s >= deadline.left():
                raise again.failure from again.__cause__
            log.warning("%s: %s; asked again in %.1f s", again.failure.where, again.failure.found, wait_s)
            time.sleep(wait_s)


def retry_after_s(headers: Mapping[str, str]) -> float:
    """The seconds that a server asks to wait, by a number or a date; 0 where it asks for nothing that can be read."""
    given = headers.get("retry-after", "").strip()
    if given.isdecimal():
        return float(given)
    try:
        until = parsedate_to_datetime(given)
    except ValueError:
        return 0.0
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())


def _backoff_s(failed: int, limits: Limits) -> float:
    """Anything up to twice as much as after the failure before: many who fail at once do not return at once."""
    longest = min(_LONGEST_BACKOFF_S, limits.backoff_s * 2 ** (failed - 1))
    return random.uniform(0, longest)  # noqa: S311  # nosec B311 # spreads load, keeps no secret
