"""Two COVID-19 files on a real HTTP server of the test's own, which a test rewrites between polls."""

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from include.settings import FileSettings

FIRST = date(2020, 3, 1)
DAYS = 60


def day(number: int) -> date:
    """The day with this number, from 0."""
    return FIRST + timedelta(days=number)


@dataclass
class Shelf:
    """What the server serves: counts by day. `asked` are the requests so far, as method, path and status."""

    port: int = 0
    cases: dict[date, int] = field(default_factory=dict)
    deaths: dict[date, int] = field(default_factory=dict)
    recovered: dict[date, int] = field(default_factory=dict)
    instead: bytes | None = None
    """What is served in place of the New York Times' file."""
    asked: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.go_on(DAYS)

    def go_on(self, days: int = 1) -> None:
        """Both sources report so many days more."""
        for number in range(len(self.cases), len(self.cases) + days):
            self.cases[day(number)] = 1000 * (number + 1)
            self.deaths[day(number)] = 10 * (number + 1)
            self.recovered[day(number)] = 500 * (number + 1)

    def settings(self) -> FileSettings:
        """The pipeline's settings that lead here; every poll is due."""
        base = f"http://127.0.0.1:{self.port}"
        return FileSettings(
            urls={"covid_nyt_url": f"{base}/us.csv", "covid_jhu_url": f"{base}/jhu.csv"},
            poll_minutes=0,
        )

    def nyt(self) -> bytes:
        rows = [f"{on},{self.cases[on]},{self.deaths[on]}" for on in sorted(self.cases)]
        return "\n".join(["date,cases,deaths", *rows]).encode()

    def jhu(self) -> bytes:
        rows = [f"{on},US,,9000000,{self.recovered[on]},1" for on in sorted(self.recovered)]
        return "\n".join(["Date,Country/Region,Province/State,Confirmed,Recovered,Deaths", *rows, ""]).encode()

    def file(self, path: str) -> bytes:
        return self.jhu() if path == "/jhu.csv" else self.instead or self.nyt()


@contextmanager
def serving() -> Iterator[Shelf]:
    """A shelf with sixty days in both files, served on loopback."""
    shelf = Shelf()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = shelf.file(self.path)
            tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            status = 304 if self.headers.get("If-None-Match") == tag else 200
            shelf.asked.append((self.path, status))
            self.send_response(status)
            self.send_header("ETag", tag)
            self.send_header("Content-Type", "text/csv")
            self.send_header("Content-Length", str(len(body)) if status == 200 else "0")
            self.end_headers()
            if status == 200:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    shelf.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield shelf
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
