"""A PostgreSQL that speaks TLS: the machine's own, for the embedded one was built without."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from local import accounts, program
from tests.ports import free_port
from tests.source.http.authority import Authority
from tests.tools import leave_out

HOST = "warehouse.example"
"""Whom the certificate is for. The name leads to loopback by libpq's `hostaddr`: what is verified is the name."""


@dataclass(frozen=True, repr=False)
class TlsServer:
    """A running PostgreSQL that shows a certificate for `HOST`, and the authority that signed it."""

    port: int
    authority: Authority

    def connection(self, **extra: str) -> str:
        """An Airflow connection to the server, as `HOST` unless the extras say otherwise."""
        host = extra.pop("host", HOST)
        parts = {"conn_type": "postgres", "host": host, "port": self.port, "schema": "postgres", "login": "postgres"}
        return json.dumps(parts | {"extra": {"hostaddr": "127.0.0.1", **extra}})

    def dsn(self, host: str) -> str:
        """libpq's connection string to the server as `host`."""
        return make_conninfo(host=host, hostaddr="127.0.0.1", port=self.port, user="postgres", dbname="postgres")

    def encrypt(self, *, on: bool) -> None:
        """Let the server speak TLS, or not."""
        wanted = "on" if on else "off"
        with psycopg.connect(self.dsn("localhost"), autocommit=True) as admin:
            admin.execute(f"ALTER SYSTEM SET ssl = {wanted}")
            admin.execute("SELECT pg_reload_conf()")
        program.wait_until(lambda: self._shows() == wanted, lambda: True, "TLS", Path(os.devnull))

    def is_ready(self) -> bool:
        """Whether it answers."""
        with suppress(psycopg.OperationalError):
            return bool(self._shows())
        return False

    def _shows(self) -> str:
        with psycopg.connect(self.dsn("localhost")) as connection:
            return str((connection.execute("SHOW ssl").fetchone() or ("",))[0])


@contextmanager
def running(folder: Path) -> Iterator[TlsServer]:
    """A server of the test's own, with TLS off; left out where no PostgreSQL is installed."""
    place, programs = accounts.postgres_place(folder), _programs()
    server, data = TlsServer(free_port(), Authority(folder)), place.home / "data"
    environment = {"LC_ALL": "C", "PATH": "/usr/bin:/bin"}
    options = {"listen_addresses": "127.0.0.1", "port": server.port, "unix_socket_directories": "", "fsync": "off"}
    given = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    declared = program.Program("tls", (str(programs / "postgres"), "-D", str(data), *given), environment, place.home,
                               place.account, "INT")  # fmt: skip
    make = (str(programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-sync")
    try:
        subprocess.run(make, env=environment, cwd=place.home, check=True, capture_output=True,
                       **program.as_account(place.account))  # fmt: skip
        _give_certificate(server.authority, folder, data)
        with program.running(declared, folder / "server.log", server.is_ready):
            yield server
    finally:
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        leave_out("TLS to databases was not tried: no PostgreSQL is installed (apt-get install postgresql)")
    return found[-1].parent


def _give_certificate(authority: Authority, folder: Path, data: Path) -> None:
    authority.server(HOST)
    owner = data.stat()
    for name in ("server.crt", "server.key"):  # one file holds both
        shutil.copy(folder / f"{HOST}.pem", data / name)
        os.chown(data / name, owner.st_uid, owner.st_gid)
        (data / name).chmod(0o600)
