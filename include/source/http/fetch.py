"""Fetch one file, if it changed: redirects followed by hand, every one checked."""

import contextlib
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

import httpcore

from include.errors import FileUnavailable, SettingError
from include.source.http import destination
from include.source.http.answers import Fetched, NotModified, Validators
from include.source.http.attempts import AskAgain, asked, retry_after_s
from include.source.http.destination import Destination
from include.source.http.limits import Deadline, Limits
from include.source.http.network import Network
from include.source.http.receive import receive

_REDIRECTS = {301, 302, 303, 307, 308}
_PASSING = {408, 429}  # besides every status of 500 and above
_KEPT = ("age", "cache-control", "content-encoding", "content-length", "content-type", "date", "etag", "last-modified")
_CHARSET = "latin-1"  # of headers, back and forth without loss
_LONGEST_KEPT = 1000  # characters; longer ones are no validators of a sane server


def fetch(url: str, validators: Validators, limits: Limits, body: IO[bytes]) -> Fetched | NotModified:
    """Write the file's bytes as received, encoded as the server sent them, into ``body``, unless it is unchanged.

    ``body`` is an empty file that can be read back; on return it stands at its start. ``validators`` are those of
    the last fetch of this URL. Raises ``SettingError`` for a destination that is not allowed or has no such file,
    ``ContractError`` for what is too large or a web page, ``FileUnavailable`` for all that may pass.
    """
    exchange = _Exchange(destination.first(url, limits), validators, limits, body, Deadline(limits.total_s))
    return asked(exchange.once, limits, exchange.deadline)


@dataclass(frozen=True)
class _Exchange:
    """All that one fetch asks and is told."""

    start: Destination
    validators: Validators
    limits: Limits
    body: IO[bytes]
    deadline: Deadline

    def once(self) -> Fetched | NotModified:
        """Ask, and follow wherever that leads; raises ``AskAgain`` for what may pass in a moment."""
        at = self.start
        self.body.seek(0)
        self.body.truncate()  # what an earlier try left
        network = Network(self.deadline, loopback=at.is_loopback)
        with httpcore.ConnectionPool(network_backend=network) as connections:
            for _ in range(self.limits.redirects + 1):
                with self._asked(connections, at) as response:
                    answer = self._answer(at, response, _headers(response))
                if not isinstance(answer, Destination):
                    return answer
                at = answer
        raise SettingError(
            str(self.start),
            found=f"more than {self.limits.redirects} redirects, the last to {at}",
            expected="a file at the end of them",
            remedy="see what the URL leads to, and set the one that has the file",
        )

    @contextlib.contextmanager
    def _asked(self, connections: httpcore.ConnectionPool, at: Destination) -> Iterator[httpcore.Response]:
        url = httpcore.URL(scheme=at.scheme, host=at.host, port=at.port, target=at.target)
        timeouts = {"connect": self.limits.connect_s, "read": self.limits.read_s, "write": self.limits.read_s}
        try:
            with connections.stream(
                "GET", url, headers=self._request_headers(at), extensions={"timeout": timeouts}
            ) as response:
                yield response
        except httpcore.ConnectError as error:
            if isinstance(error.args[0], ssl.SSLCertVerificationError):  # a second try would not mend it
                raise _unavailable(at, f"a certificate that does not verify ({error})") from error
            raise AskAgain(_unavailable(at, f"no connection ({error})")) from error
        except httpcore.TimeoutException as error:
            raise AskAgain(_unavailable(at, self._too_slow(error))) from error
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise AskAgain(_unavailable(at, f"an answer that broke off ({error})")) from error

    def _request_headers(self, at: Destination) -> list[tuple[bytes | str, bytes | str]]:
        shown = {"If-None-Match": self.validators.etag, "If-Modified-Since": self.validators.last_modified}
        return [
            ("Host", at.authority),
            ("User-Agent", "totes-etl"),
            ("Accept-Encoding", "gzip"),
            *((name, value.encode(_CHARSET)) for name, value in shown.items() if value),
        ]

    def _too_slow(self, error: httpcore.TimeoutException) -> str:
        if not self.deadline.left():
            return f"no whole answer after {self.limits.total_s:g} s"
        if isinstance(error, httpcore.ConnectTimeout):
            return f"no connection within {self.limits.connect_s:g} s"
        return f"silence for {self.limits.read_s:g} s"

    def _answer(
        self, at: Destination, response: httpcore.Response, headers: dict[str, str]
    ) -> Fetched | NotModified | Destination:
        """What an answer brings, or where it sends us."""
        if response.status in _REDIRECTS and "location" in headers:
            return destination.next_after(at, headers["location"], self.limits)
        if response.status == 304 and self.validators != Validators():
            return self._not_modified(at, headers)
        if response.status == 200:
            return self._fetched(at, response, headers)
        found = f"HTTP {response.status}"
        if response.status in _PASSING or response.status >= 500:
            raise AskAgain(_unavailable(at, found), retry_after_s(headers))
        raise SettingError(
            str(at), found=found, expected="a file (HTTP 200)", remedy="set the URL that has the file now"
        )

    def _not_modified(self, at: Destination, headers: dict[str, str]) -> NotModified:
        return NotModified(
            url=str(self.start),
            final_url=str(at),
            fetched_at=datetime.now(UTC),
            validators=Validators(
                headers.get("etag", self.validators.etag), headers.get("last-modified", self.validators.last_modified)
            ),
        )

    def _fetched(self, at: Destination, response: httpcore.Response, headers: dict[str, str]) -> Fetched:
        began_at = datetime.now(UTC)
        received = receive(response.iter_stream(), headers, self.limits, self.body, where=str(at))
        kept = {name: headers[name] for name in _KEPT if len(headers.get(name, "")) in range(1, _LONGEST_KEPT)}
        return Fetched(
            url=str(self.start),
            final_url=str(at),
            status=response.status,
            headers=kept,
            fetched_at=began_at,
            received_bytes=received.size,
            content_encoding=received.encoding,
            content_bytes=received.content_size,
            sha256=received.sha256,
            validators=Validators(kept.get("etag"), kept.get("last-modified")),
        )


def _headers(response: httpcore.Response) -> dict[str, str]:
    """An answer's headers by lower-case name; of several with one name, the first."""
    return {name.decode(_CHARSET).lower(): value.decode(_CHARSET) for name, value in reversed(response.headers)}


def _unavailable(at: Destination, found: str) -> FileUnavailable:
    return FileUnavailable(
        str(at),
        found=found,
        expected="the file",
        remedy="the task is tried again; see that the server answers from here",
    )
