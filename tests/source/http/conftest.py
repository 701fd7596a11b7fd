"""Servers, authorities and an Internet of the tests' own."""

import io
import socket
from collections.abc import Callable, Iterator

import pytest

from include.source.http import Fetched, Limits, NotModified, Validators, fetch
from tests.source.http.server import Told, serving

HOSTS = frozenset({"127.0.0.1", "localhost", "data.example", "inside.example"})


def limits(**changed: object) -> Limits:
    """Short ones, so that every test is."""
    short = {"connect_s": 1.0, "read_s": 1.0, "total_s": 5.0, "backoff_s": 0.01}
    return Limits(hosts=HOSTS, **{**short, **changed})  # type: ignore[arg-type]


def fetched(url: str, validators: Validators = Validators(), **changed: object) -> tuple[Fetched, bytes]:  # noqa: B008  frozen
    """The answer and the body of a fetch that brings a file."""
    body = io.BytesIO()
    answer = fetch(url, validators, limits(**changed), body)
    assert isinstance(answer, Fetched)
    return answer, body.read()


def not_modified(url: str, validators: Validators) -> NotModified:
    """The answer of a fetch that brings none."""
    body = io.BytesIO(b"of before")
    answer = fetch(url, validators, limits(), body)
    assert isinstance(answer, NotModified)
    assert body.getvalue() == b""
    return answer


@pytest.fixture
def server() -> Iterator[Told]:
    """A server that serves `CSV` under `/us.csv`, and what else the test tells it."""
    with serving() as told:
        yield told


Internet = Callable[..., list[tuple[str, int]]]


@pytest.fixture
def internet(monkeypatch: pytest.MonkeyPatch) -> Internet:
    """Call it with names and their addresses, and with `routes`: public addresses that lead to a local port.

    Returns the connections that were made, as asked for.
    """
    real_look_up, real_connect = socket.getaddrinfo, socket.create_connection
    made: list[tuple[str, int]] = []

    def set_up(routes: dict[str, int] | None = None, **names: list[str]) -> list[tuple[str, int]]:
        def look_up(host: str, *rest: object, **more: object) -> list[object]:
            known = names.get(host.replace(".", "_"))
            if known is None:
                return real_look_up(host, *rest, **more)  # type: ignore[arg-type,return-value]
            return [(socket.AF_INET6 if ":" in one else socket.AF_INET, 1, 6, "", (one, 0)) for one in known]

        def connect(address: tuple[str, int], *rest: object, **more: object) -> socket.socket:
            made.append(address)
            if address[0] in (routes or {}):
                address = ("127.0.0.1", (routes or {})[address[0]])
            elif not address[0].startswith("127."):
                raise OSError("no route: no test leaves this machine")
            return real_connect(address, *rest, **more)  # type: ignore[arg-type]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        monkeypatch.setattr(socket, "create_connection", connect)
        return made

    return set_up
