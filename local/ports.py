"""Whether a stack's ports are free."""

from __future__ import annotations

import socket
from collections.abc import Mapping

from local.errors import StackError
from local.program import HOST


def require_free(wanted: Mapping[str, int]) -> None:
    """Raise `StackError` naming every port that somebody else listens on, and the setting that moves it.

    `wanted` are the ports by setting.
    """
    taken = {name: port for name, port in wanted.items() if _in_use(port)}
    if taken:
        listed = ", ".join(f"{port} ({name})" for name, port in taken.items())
        other = " ".join(f"{name}={port + 1000}" for name, port in taken.items())
        raise StackError(
            f"In use on {HOST} by another program: port {listed}. "
            f"End that program, or choose another port, for example `make run {other}`."
        )


def _in_use(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
    return False
