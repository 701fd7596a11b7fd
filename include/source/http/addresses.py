"""From a host's name to the addresses that may be connected to."""

import queue
import socket
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from include.errors import SettingError

# What Python's `is_global` lets pass and no file comes from.
_V4_REFUSED = (
    ip_network("192.0.0.0/24"),  # protocol assignments; the metadata of one cloud
    ip_network("168.63.129.16/32"),  # the metadata of another
    ip_network("192.88.99.0/24"),  # relays into IPv6
)
_V6_ALLOWED = ip_network("2000::/3")  # all that is given out for public use
_V6_REFUSED = ip_network("2002::/16")  # wraps any IPv4 address


def resolve(host: str, *, loopback: bool, timeout_s: float) -> list[str]:
    """The addresses of a host, all of them public, or with ``loopback`` all of this machine.

    Raises ``SettingError`` when one is not, ``TimeoutError``, or ``OSError`` when the name has none.
    """
    found = _looked_up(host, timeout_s)
    refused = [address for address in found if not (_is_loopback if loopback else _is_public)(address)]
    if refused:
        raise SettingError(
            f"host {host}",
            found=f"the address {refused[0]}",
            expected="addresses of this machine" if loopback else "public addresses only",
            remedy="nothing was sent there; see who answers for that name, or set another URL",
        )
    return found


def _is_loopback(address: str) -> bool:
    return ip_address(address).is_loopback


def _is_public(address: str) -> bool:
    found = ip_address(address)
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    if not found.is_global or found.is_multicast:
        return False
    if isinstance(found, IPv4Address):
        return not any(found in network for network in _V4_REFUSED)
    return found in _V6_ALLOWED and found not in _V6_REFUSED


def _looked_up(host: str, timeout_s: float) -> list[str]:
    """The name's addresses, each once. In a thread: the system's resolver knows no time-out."""
    answers: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            answers.put(list(dict.fromkeys(str(address[0]) for *_, address in found)))
        except (OSError, UnicodeError) as error:
            answers.put(OSError(f"the name does not resolve ({error})"))

    threading.Thread(target=look_up, daemon=True).start()
    try:
        answer = answers.get(timeout=timeout_s)
    except queue.Empty:
        raise TimeoutError(f"the name was not resolved within {timeout_s:.1f} s") from None
    if isinstance(answer, OSError):
        raise answer
    return answer
