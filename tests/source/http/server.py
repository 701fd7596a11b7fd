"""A real HTTP server on the loopback address whose answers are the test's."""

import contextlib
import gzip
import ssl
import threading
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

CSV = b"date,cases,deaths\n2020-01-21,1,0\n2020-01-22,1,0"
"""A small file of the New York Times's shape: no newline at its end."""


class Handler(BaseHTTPRequestHandler):
    """One request; an answer writes to it."""

    server: "_Server"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.told.requests.append((self.path, self.headers))
        answers = self.server.told.answers
        path = self.path.partition("?")[0]
        answer = answers[path]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        self.close_connection = True
        with contextlib.suppress(OSError):  # refused in the middle: often what the test wants
            answer(self)

    def head(self, status: int = 200, **headers: object) -> None:
        """Status and headers (`_` for `-`), nothing else."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: the test says what matters."""


Answer = Callable[[Handler], None]


@dataclass
class Told:
    """What the server answers by path (a list: one after the other, the last for ever), and what it was asked."""

    host: str
    port: int
    answers: dict[str, Answer | list[Answer]]
    requests: list[tuple[str, Message]] = field(default_factory=list)
    connections: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    """Set when the server stops: nobody should sleep on."""

    def url(self, path: str = "/us.csv", scheme: str = "http", host: str = "") -> str:
        """The address of a path."""
        return f"{scheme}://{host or self.host}:{self.port}{path}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    told: Told

    def process_request(self, request: object, client_address: object) -> None:
        self.told.connections += 1
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that go away are what is tested."""


@contextlib.contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Told]:
    """A server until the end of the block; it serves `CSV` under `/us.csv`."""
    server = _Server(("127.0.0.1", 0), Handler)
    if tls is not None:  # the handshake is the request's thread's
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.told = Told("127.0.0.1", server.server_address[1], {"/us.csv": whole(CSV)})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server.told
    finally:
        server.told.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


def whole(body: bytes, **headers: object) -> Answer:
    """The body with its length."""

    def answer(request: Handler) -> None:
        request.head(Content_Length=len(body), **headers)
        request.wfile.write(body)

    return answer


def versioned(body: bytes, *, etag: str = "", last_modified: str = "") -> Answer:
    """The body, or 304 to who shows the validator that it has."""

    def answer(request: Handler) -> None:
        validator = {"ETag": etag} if etag else {"Last_Modified": last_modified}
        shown = request.headers["If-None-Match"] if etag else request.headers["If-Modified-Since"]
        if shown == (etag or last_modified):
            request.head(304, **validator)
        else:
            whole(body, **validator)(request)

    return answer


def chunked(body: bytes) -> Answer:
    """The body in chunks of seven bytes, of no length told before."""

    def answer(request: Handler) -> None:
        request.head(Transfer_Encoding="chunked")
        for start in range(0, len(body), 7):
            part = body[start : start + 7]
            request.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        request.wfile.write(b"0\r\n\r\n")

    return answer


def status(number: int, **headers: object) -> Answer:
    """An answer without a body."""
    return lambda request: request.head(number, Content_Length=0, **headers)


def redirect(location: str, number: int = 302) -> Answer:
    """Somewhere else."""
    return status(number, Location=location)


def endless(request: Handler) -> None:
    """A line again and again, for ever."""
    request.head(Content_Type="text/csv")
    block = b"2020-01-21,1,0\n" * 4096
    while True:
        request.wfile.write(block)


def bomb(megabytes: int) -> Answer:
    """So many megabytes of zeros, in a thousandth of them."""
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    block = deflate.compress(bytes(1024 * 1024)) + deflate.flush(
        zlib.Z_FULL_FLUSH
    )  # may stand there any number of times
    header, trailer = gzip.compress(b"")[:10], b"\x03\x00" + bytes(8)
    return whole(header + block * megabytes + trailer, Content_Encoding="gzip")


def drip(every_s: float, told: Told, start: bytes = b"") -> Answer:
    """One byte now and then: of a body, or with ``start`` of what follows that on the wire."""

    def answer(request: Handler) -> None:
        if start:
            request.wfile.write(start)
        else:
            request.head(Content_Length=10_000)
        while not told.ended.wait(every_s):
            request.wfile.write(b"x")

    return answer


def broken_off(body: bytes, length: int) -> Answer:
    """The body, and then nothing of the length that was promised."""

    def answer(request: Handler) -> None:
        request.head(Content_Length=length)
        request.wfile.write(body)

    return answer
