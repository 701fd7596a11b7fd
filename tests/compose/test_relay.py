"""The way from a container's own loopback to a server elsewhere; here elsewhere is 127.0.0.2."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from local.settings import ROOT
from tests.ports import free_port

LARGE = os.urandom(3_000_000)


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port of a server on 127.0.0.2, and of the relay to it on 127.0.0.1, beside a command that sleeps."""
    (tmp_path / "large").write_bytes(LARGE)
    chosen = free_port()
    server = ThreadingHTTPServer(("127.0.0.2", chosen), partial(SimpleHTTPRequestHandler, directory=str(tmp_path)))
    Thread(target=server.serve_forever, daemon=True).start()
    command = [sys.executable, "-m", "local.compose.relay", f"127.0.0.2:{chosen}", "sleep", "60"]
    relay = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    yield chosen
    os.killpg(relay.pid, signal.SIGKILL)
    relay.wait()
    server.shutdown()
    server.server_close()


def fetched(port: int) -> bytes:
    deadline = time.monotonic() + 20
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}/large", trust_env=False).content
        except httpx.TransportError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def test_what_the_server_sends_arrives_whole_and_again(port: int) -> None:
    assert fetched(port) == LARGE
    assert fetched(port) == LARGE
