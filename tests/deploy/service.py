"""A stand-in for Amazon MWAA's API, which no other has: one environment, over HTTP, with a memory.

It follows botocore's description of the service and AWS's list of an environment's states
(https://docs.aws.amazon.com/mwaa/latest/API/API_Environment.html); the service itself was never asked.
"""

import json
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from deploy.environment import VERSIONS

NAME = "totes-dev"
PATH = f"/environments/{NAME}"


@dataclass
class Service:
    """The environment: what it runs, what it says of itself, and what is to become of the updates asked for.

    ``ahead`` are the states that the next questions meet; ``fails`` says why, as MWAA does, the next update fails.
    ``lag`` is how many questions still meet the state before it, once an update was asked for.
    """

    status: str = "AVAILABLE"
    runs: dict[str, str] = field(default_factory=dict)
    last: dict[str, Any] = field(default_factory=lambda: {"Status": "SUCCESS", "CreatedAt": 1.0})
    ahead: deque[str] = field(default_factory=deque)
    fails: str = ""
    lag: int = 0
    updates: list[dict[str, str]] = field(default_factory=list)

    def found(self) -> dict[str, Any]:
        """The answer to GetEnvironment."""
        if self.ahead:
            self.status = self.ahead.popleft()
            if not self.ahead:
                self._end()
        return {"Environment": {"Name": NAME, "Status": self.status, "LastUpdate": self.last, **self.runs}}

    def update(self, asked: dict[str, str]) -> str:
        """Begin an update; says why not, where it does not."""
        if self.status not in {"AVAILABLE", "UPDATE_FAILED"} or self.ahead:
            return f"Environment {NAME} is {self.status}"
        self.updates.append(asked)
        self.ahead.extend([self.status] * self.lag + ["UPDATING"])
        self.ahead.extend(["ROLLING_BACK", "UPDATE_FAILED"] if self.fails else ["CREATING_SNAPSHOT", "AVAILABLE"])
        return ""

    def _end(self) -> None:
        if not self.updates:  # somebody else's
            return
        self.last = {"Status": "SUCCESS", "CreatedAt": time.time()}
        if self.fails:
            self.last |= {"Status": "FAILED", "Error": {"ErrorCode": "INCORRECT", "ErrorMessage": self.fails}}
        else:
            self.runs = {name: self.updates[-1][name] for name in VERSIONS}
        self.fails = ""


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """The URL at which it answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(200, service.found()) if self.path == PATH else self._nobody()

        def do_PATCH(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path != PATH:
                self._nobody()
            elif refused := service.update(asked):
                self._answer(400, {"message": refused}, "ValidationException")
            else:
                self._answer(200, {"Arn": f"arn:aws:airflow:::{NAME}"})

        def _nobody(self) -> None:
            self._answer(404, {"message": f"no {self.path}"}, "ResourceNotFoundException")

        def _answer(self, code: int, body: dict[str, Any], error: str = "") -> None:
            payload = json.dumps(body).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(payload)))
            if error:
                self.send_header("x-amzn-errortype", error)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_: object) -> None:
            """Nothing: the test says what it met."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
