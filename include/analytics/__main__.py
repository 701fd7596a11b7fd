"""`python -m include.analytics`: the dashboards and the API at an address of their own.

Exit code 0: it was ended (Ctrl-C); 2: it could not start, and says why.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from include.analytics.reading import Reader
from include.analytics.reading.chosen import chosen
from include.analytics.standalone.door import Door
from include.analytics.standalone.serving import Address, listen, serve, standalone
from include.connections import conninfo
from include.errors import RetryableError, SettingError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ENDED, NOT_STARTED = 0, 2
VARIABLE = "TOTES_DASHBOARD_TOKEN"
_SHORTEST_TOKEN = 16


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve; returns the exit code."""
    asked = _parser().parse_args(arguments)
    given = os.environ.get(VARIABLE, "").strip()
    address = Address(asked.host, asked.port, tuple(asked.name), asked.certificate, asked.key)
    try:
        token = _checked(given) or secrets.token_hex(16)
        proxies = frozenset(asked.proxy or Door.proxies)
        door = Door(token, f"totes_dashboard_{address.port}", asked.trust_proxy_header, proxies)
        reader = chosen(os.environ, warehouse=_warehouse, lake=_lake)
        trouble = _trouble(reader)
        listening = listen(address)
    except SettingError as error:
        _complain(str(error))
        return NOT_STARTED
    for remark in (*_doubts(address, door), *trouble):
        _complain(remark)
    welcome = _welcome(address, token if asked.show_token or not given else "")
    airflow_url = os.environ.get("AIRFLOW__API__BASE_URL") or None
    app = standalone(lambda: reader, door, address.names, airflow_url)
    serve(app, address, listening, ready=lambda: _say(welcome))
    _say("\nEnded.")
    return ENDED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m include.analytics",
        description="Dashboards and API over the warehouse. AIRFLOW_CONN_WAREHOUSE_READER says where it is, as Airflow"
        f" takes it; {VARIABLE} is what lets a reader in (without it, one is made and shown).",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="the address to listen on (default: %(default)s)")
    add("--port", type=int, default=8028, help="the port (default: %(default)s)")
    add("--name", action="append", default=[], help="a host name that readers may ask for; repeat for more")
    add("--certificate", default="", metavar="FILE", help="PEM; with it, the server speaks TLS")
    add("--key", default="", metavar="FILE", help="PEM, of the certificate")
    add("--trust-proxy-header", default="", metavar="HEADER", help="let in whoever a proxy names in it")
    add("--proxy", action="append", default=[], metavar="IP", help="… of these proxies (default: of this machine)")
    add("--show-token", action="store_true", help=f"print the address with the token of {VARIABLE}")
    return parser


def _checked(token: str) -> str:
    if token and len(token) < _SHORTEST_TOKEN:
        raise SettingError(
            f"setting {VARIABLE}",
            found=f"{len(token)} characters",
            expected=f"{_SHORTEST_TOKEN} or more, at random",
            remedy="for example of `openssl rand -hex 16`",
        )
    return token


def _warehouse() -> str:
    """libpq's connection string. Raises ``SettingError`` where there is none."""
    found = conninfo("warehouse_reader", os.environ)
    if not found:
        raise SettingError(
            "setting AIRFLOW_CONN_WAREHOUSE_READER",
            found="nothing",
            expected="the warehouse's connection as Airflow takes it, of a role that may only read",
            remedy="set the environment variable; `make dashboard` does it for the stack of `make run`",
        )
    return found


def _lake() -> "S3Client":
    import boto3  # here, because it takes long to import

    return boto3.client("s3")


def _doubts(address: Address, door: Door) -> list[str]:
    """What whoever started it should know about who can reach it."""
    if address.is_loopback:
        return []
    doubts = [] if address.certificate else ["Token and rows cross the network in the clear: put TLS in front of it."]
    if not address.names:
        doubts.append("Nobody elsewhere can use it before --name says by which host names.")
    if door.proxy_header:
        doubts.append(f"Whoever can ask from {', '.join(sorted(door.proxies))} may call himself anybody.")
    return [f"Warning: it listens on {address.host}. {doubt}" for doubt in doubts]


def _trouble(reader: Reader) -> list[str]:
    """Why there is no answer yet: it is served all the same, and answers as soon as there is one.

    Raises ``SettingError`` where there never will be.
    """
    try:
        with reader.snapshot() as snapshot:
            snapshot.version(())
    except RetryableError as error:
        return [f"Warning: {error}"]
    return []


def _welcome(address: Address, token: str) -> str:
    entry = f"{address.url}?token={token}" if token else address.url
    return (
        f"The dashboards: {entry}\n"
        f"The API:        {address.url}api/v1/openapi.json, with the token as `Authorization: Bearer …`\n"
        "Ctrl-C ends it."
    )


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
