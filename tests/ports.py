"""Ports that nobody listens on."""

import socket
from contextlib import ExitStack
from dataclasses import fields

from local.program import HOST
from local.settings import Settings


def free_port() -> int:
    """One of them."""
    return _free(1)[0]


def free_ports() -> dict[str, int]:
    """One for each of a stack's, all different, as arguments of `Settings`."""
    names = [field.name for field in fields(Settings) if field.name.endswith("_port")]
    return dict(zip(names, _free(len(names)), strict=True))


def _free(count: int) -> list[int]:
    """So many ports, all held until the last is found."""
    with ExitStack() as held:
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((HOST, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
