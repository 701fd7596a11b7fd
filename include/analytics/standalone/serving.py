"""How the standalone server listens and serves."""

import ipaddress
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import uvicorn
from fastapi import Depends
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from include.analytics.app import application
from include.analytics.reading import Reader
from include.analytics.standalone.door import Door, TokenInAddress
from include.errors import SettingError


@dataclass(frozen=True)
class Address:
    """Where to listen, under which names, and with which certificate (PEM files, or empty)."""

    host: str
    port: int
    names: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""

    @property
    def url(self) -> str:
        """Where a browser finds it, by the first name that others know it by."""
        scheme = "https" if self.certificate else "http"
        return f"{scheme}://{(*self.names, self.host)[0]}:{self.port}/"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can ask."""
        with suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == "localhost"


def standalone(
    reader: Callable[[], Reader], door: Door, names: Sequence[str] = (), airflow_url: str | None = None
) -> ASGIApp:
    """The application behind a door, for requests that ask for this machine or one of ``names``.

    ``airflow_url`` is where links to runs lead; without it there are none.
    A foreign page whose name was made to lead here (DNS rebinding) asks for another host.
    """
    served = application(reader, guards=[Depends(door.guard)], way_in=door.way_in, airflow_url=airflow_url)
    hosts = ["127.0.0.1", "localhost", *names]
    return TrustedHostMiddleware(TokenInAddress(served, door), allowed_hosts=hosts, www_redirect=False)


def listen(address: Address) -> socket.socket:
    """The listening socket. Raises ``SettingError`` where the address is in use or not of this machine."""
    try:
        return socket.create_server((address.host, address.port), backlog=128)
    except (OSError, OverflowError) as error:
        raise SettingError(
            f"address {address.host}:{address.port}",
            found=str(error),
            expected="an address of this machine that no other program listens on",
            remedy="end that program, or choose another port (--port, or `make dashboard DASHBOARD_PORT=…`)",
        ) from error


def serve(app: ASGIApp, address: Address, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve until Ctrl-C or SIGTERM. The access log is off: an address may hold a token.

    Calls ``ready`` as soon as it answers. From then on those signals end it, even where whoever started the program
    ignored them (a shell does so to SIGINT for what runs in its background).
    """
    config = uvicorn.Config(
        app,
        ssl_certfile=address.certificate or None,
        ssl_keyfile=address.key or None,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # the door looks at who asks, not at whom he says he asks for
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=5,
    )
    with suppress(KeyboardInterrupt):
        _Server(config, ready).run(sockets=[listening])


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        self._ready()
