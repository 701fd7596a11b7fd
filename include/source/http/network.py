"""The connections of one fetch: to checked addresses only, and never for longer than the fetch may take."""

import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

from include.source.http.addresses import resolve
from include.source.http.limits import Deadline


class Network(httpcore.NetworkBackend):
    """Resolves a name once, checks every address, and connects to one of just those.

    Whoever answers for the name has no second chance to answer otherwise. TLS is still verified
    against the name.
    """

    def __init__(self, deadline: Deadline, *, loopback: bool) -> None:
        self._deadline = deadline
        self._loopback = loopback
        self._tcp = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of ``host`` that answers."""
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in self._resolved(host, timeout):
            try:
                stream = self._tcp.connect_tcp(address, port, self._left(timeout), local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _Stream(stream, self._deadline)
        raise failure

    def _resolved(self, host: str, timeout: float | None) -> list[str]:
        try:
            return resolve(host, loopback=self._loopback, timeout_s=self._left(timeout))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error

    def _left(self, timeout: float | None) -> float:
        return left_or_raise(self._deadline, timeout)


class _Stream(httpcore.NetworkStream):
    """A connection whose every wait ends with the fetch's time."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, left_or_raise(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, left_or_raise(self._deadline, timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = left_or_raise(self._deadline, timeout)
        return _Stream(self._stream.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def left_or_raise(deadline: Deadline, timeout: float | None) -> float:
    """The seconds that a wait may take; raises ``httpcore.ReadTimeout`` once there are none."""
    left = deadline.left(timeout)
    if not left:  # a socket takes 0 for "do not wait at all"
        raise httpcore.ReadTimeout("the fetch's time is over")
    return left
