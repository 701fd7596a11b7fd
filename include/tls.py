"""TLS to databases: with a verified certificate, unless the server is this machine.

`verify-full` is libpq's own: the certificate is of a trusted authority and of the very host that was asked for
(https://www.postgresql.org/docs/current/libpq-ssl.html). Anything less can be listened to by whoever sits between.
"""

import os
import ssl
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from include.errors import SettingError
from include.settings import TlsSettings

VERIFIED = "verify-full"
SYSTEM = "system"

# The authorities of Amazon Linux, where Python's OpenSSL does not say where they are.
_KNOWN_STORES = ("/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/certs/ca-certificates.crt")


def required(where: str, given: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """What a connection must have besides the libpq parameters ``given``, or in their place: nothing on loopback.

    ``environment`` holds the deployment's settings, and what libpq takes for a parameter that is not given.
    Raises ``SettingError`` for a connection that asks for less than a verified certificate, and for a root
    certificate that is not there.
    """
    settings = TlsSettings.from_environment(environment)
    if not (remote := sorted(set(_remote(given, environment)) - settings.plaintext_hosts)):
        return {}
    asked = str(given.get("sslmode") or VERIFIED)
    if asked != VERIFIED:
        raise SettingError(
            where,
            found=f"sslmode={asked} to {', '.join(remote)}",
            expected=f"sslmode={VERIFIED}, for the server is not this machine",
            remedy=f"leave sslmode out ({VERIFIED} is then taken); an authority of one's own is named by sslrootcert,"
            " or by the setting totes.database_root_certificate",
        )
    named = given.get("sslrootcert") or settings.root_certificate or environment.get("PGSSLROOTCERT") or SYSTEM
    root = _root_certificate(where, str(named))
    # Encryption by Kerberos would be preferred to TLS, and says nothing about the certificate.
    return {"sslmode": VERIFIED, "sslrootcert": root, "gssencmode": "disable"}


def _remote(given: Mapping[str, Any], environment: Mapping[str, str]) -> Iterator[str]:
    """The servers that a connection may lead to and that are not this machine, as libpq would find them."""
    if service := given.get("service") or environment.get("PGSERVICE"):
        yield f"whatever the service {service} leads to"
    for name in ("host", "hostaddr"):
        hosts = str(given.get(name) or environment.get(f"PG{name.upper()}") or "").lower()
        yield from (host for host in hosts.split(",") if not _is_this_machine(host))


def _is_this_machine(host: str) -> bool:
    if host in {"", "localhost"} or host.startswith(("/", "@")):  # nothing, a folder: a socket of this machine
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _root_certificate(where: str, named: str) -> str:
    if named == SYSTEM:
        return _system_store()
    if not Path(named).is_file():
        raise SettingError(
            where,
            found=f"no file {named}, which is to hold the root certificate",
            expected="the certificates of the authorities that are trusted, as PEM",
            remedy="correct sslrootcert or the setting totes.database_root_certificate, or bring the file there",
        )
    return named


def _system_store() -> str:
    """Where this machine's authorities are; psycopg's own OpenSSL looks for them where it was built."""
    stores = (ssl.get_default_verify_paths().cafile, *_KNOWN_STORES)
    return next((store for store in stores if store and Path(store).is_file()), SYSTEM)
