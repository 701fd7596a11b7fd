"""The COVID-19 page over a warehouse of its own: live behind its API, and as files on a plain server."""

import functools
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import uvicorn

from include.analytics.app import application
from include.analytics.reading.postgres import PostgresReader
from include.analytics.static_site import files
from tests.ports import free_port


@contextmanager
def live(conninfo: str) -> Iterator[str]:
    """The address of the application's COVID-19 page, without a guard."""
    reader, port = PostgresReader(conninfo), free_port()
    config = uvicorn.Config(application(lambda: reader), host="127.0.0.1", port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the application's server did not start"
    try:
        yield f"http://127.0.0.1:{port}/covid"
    finally:
        server.should_exit = True
        thread.join()
        reader.close()


def publish(conninfo: str, folder: Path) -> None:
    """Write the public page's files."""
    reader = PostgresReader(conninfo)
    with reader.snapshot() as snapshot:
        for file in files(snapshot):
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.body)
    reader.close()


@contextmanager
def plain_server(folder: Path) -> Iterator[str]:
    """The address of a folder on a server that knows nothing but files."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=folder))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
