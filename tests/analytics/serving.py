"""The application in a process of its own, as it is served: what it keeps in memory can be measured from outside."""

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.settings import ROOT
from tests.ports import free_port

_PROGRAM = """
import os, sys, uvicorn
from include.analytics.app import application
from include.analytics.reading.postgres import PostgresReader
reader = PostgresReader(os.environ["CONNINFO"])
uvicorn.run(application(lambda: reader), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
"""


class Served:
    """A running server of the application, and its process."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self._process = process

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def read(self, path: str) -> tuple[int, int, bytes]:
        """Status, length and last bytes of an answer, which is read in pieces."""
        connection = self.connect()
        connection.request("GET", path)
        answer = connection.getresponse()
        length, tail = 0, b""
        while piece := answer.read(65_536):
            length, tail = length + len(piece), (tail + piece)[-100:]
        connection.close()
        return answer.status, length, tail

    def peak_mb(self) -> float:
        """The most memory that it ever had."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024


@contextmanager
def served(conninfo: str) -> Iterator[Served]:
    """The application over a warehouse, served until the end of the block."""
    port = free_port()
    environment = {**os.environ, "CONNINFO": conninfo, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", _PROGRAM, str(port)], env=environment, cwd=ROOT)
    try:
        running = Served(port, process)
        _wait(running, process)
        yield running
    finally:
        process.kill()
        process.wait()


def _wait(running: Served, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        assert process.poll() is None, "the server ended"
        try:
            if running.read("/api/v1/state")[0] == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError("the server does not answer")
