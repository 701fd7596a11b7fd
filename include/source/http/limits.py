"""The limits of one fetch, and the clock that its total time runs on."""

import time
from dataclasses import dataclass, fields
from typing import NoReturn

from include.errors import SettingError

_MB = 1024 * 1024
_MAY_BE_ZERO = {"redirects", "backoff_s"}


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What one fetch may reach, take and bring. Raises ``SettingError`` where that would be nothing at all.

    ``hosts`` are the names that may be asked, redirects included. Names are public, their addresses too, and
    only https is spoken; the one exception is a URL that itself says ``127.0.0.1`` or ``localhost``.

    ``connect_s`` is the most that resolving a name, connecting to one address or the TLS handshake may take,
    ``read_s`` the longest silence, ``total_s`` the most for all together: redirects, waits and tries.
    ``received_bytes`` bounds what is received, ``content_bytes`` what that decodes to. ``tries`` is how often a
    server that is busy or breaks off is asked. The first wait between them is up to ``backoff_s``, each next one
    up to twice the one before.
    """

    hosts: frozenset[str]
    connect_s: float = 5.0
    read_s: float = 15.0
    total_s: float = 60.0
    received_bytes: int = 64 * _MB
    content_bytes: int = 256 * _MB
    redirects: int = 3
    tries: int = 3
    backoff_s: float = 1.0

    def __post_init__(self) -> None:
        if not self.hosts:
            _refuse("hosts", self.hosts, "at least one host")
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name in _MAY_BE_ZERO and value < 0:
                _refuse(field.name, value, "0 or more")
            if field.name not in {"hosts", *_MAY_BE_ZERO} and value <= 0:
                _refuse(field.name, value, "more than 0")


def _refuse(name: str, value: object, expected: str) -> NoReturn:
    raise SettingError(
        f"limit {name} of a fetch",
        found=repr(value),
        expected=expected,
        remedy="correct it where the fetch is set up",
    )


class Deadline:
    """The moment at which a fetch gives up, whatever it is doing."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def left(self, at_most: float | None = None) -> float:
        """The seconds that are left, 0 once there are none; or ``at_most``, if that is less."""
        left = max(0.0, self._at - time.monotonic())
        return left if at_most is None else min(left, at_most)
