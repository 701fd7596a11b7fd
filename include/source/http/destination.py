"""Where a request goes: a URL, taken apart once and checked before anything is asked."""

from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from include.errors import SettingError
from include.source.http.limits import Limits

LOOPBACK = frozenset({"127.0.0.1", "localhost"})
_PORTS = {"https": 443, "http": 80}
_KEPT = "/%:@!$&'()*+,;=~?"  # of a path or query; all else but letters and digits is quoted


@dataclass(frozen=True)
class Destination:
    """One URL's parts: those that are checked are those that are used."""

    scheme: str
    host: str
    port: int
    path: str
    query: str

    @property
    def is_loopback(self) -> bool:
        """Whether the URL itself names this machine."""
        return self.host in LOOPBACK

    @property
    def target(self) -> str:
        """What is asked of the host: path and query."""
        return f"{self.path}?{self.query}" if self.query else self.path

    @property
    def authority(self) -> str:
        """Host and port as a ``Host`` header has them."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"

    def __str__(self) -> str:
        """The URL for messages and manifests: without its query, which can hold a secret."""
        return f"{self.scheme}://{self.authority}{self.path}{'?…' if self.query else ''}"


def first(url: str, limits: Limits) -> Destination:
    """The destination of a URL from the settings; raises ``SettingError`` unless it may be asked."""
    found = _parsed(url, before="")
    _check_host(found, limits, "the URL of a file")
    if found.scheme == "http" and not found.is_loopback:
        raise _refusal(str(found), "plain http", "https")
    return found


def next_after(asked: Destination, location: str, limits: Limits) -> Destination:
    """Where a redirect leads; raises ``SettingError`` unless it may be followed there."""
    where = f"{asked}, redirected"
    found = _parsed(urljoin(f"{asked.scheme}://{asked.authority}{asked.path}", location), before=f"{where} to ")
    _check_host(found, limits, where)
    if found.is_loopback != asked.is_loopback:
        raise _refusal(where, f"a redirect to {found.host}", "one that stays outside of this machine, or within it")
    if found.scheme == "http" and (asked.scheme == "https" or not found.is_loopback):
        raise _refusal(where, f"a redirect to plain http ({found})", "https")
    return found


def _parsed(url: str, before: str) -> Destination:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _refusal(f"{before}a URL", f"one that cannot be read ({error})", "https://host/path") from error
    scheme, host = parts.scheme, parts.hostname or ""
    if scheme not in _PORTS or not host:
        raise _refusal(f"{before}a URL", f"{scheme or 'no scheme'}://{host}", "https://host/path")
    if "@" in parts.netloc:
        raise _refusal(f"{before}{scheme}://{host}", "a user or password in the URL", "https://host/path")
    return Destination(
        scheme, host, port or _PORTS[scheme], quote(parts.path or "/", safe=_KEPT), quote(parts.query, safe=_KEPT)
    )


def _check_host(found: Destination, limits: Limits, where: str) -> None:
    if found.host not in limits.hosts:
        raise _refusal(where, f"the host {found.host}", f"one of {', '.join(sorted(limits.hosts))}")


def _refusal(where: str, found: str, expected: str) -> SettingError:
    return SettingError(
        where,
        found=found,
        expected=expected,
        remedy="nothing was asked there; if the file has moved for good, set its URL and the hosts that are allowed",
    )
