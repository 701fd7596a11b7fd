"""The embedded PostgreSQL 18: its data folder, its server program, its connection strings."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from local.accounts import Place
from local.errors import StackError
from local.program import HOST, Program, as_account
from local.secrets_store import write_private

ADMIN = "postgres"
"""The superuser; nothing but set-up and `make psql` uses it."""

SETTINGS = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
"""What the server is told wherever it runs, Docker Compose included."""

INITDB = (
    *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C"),
    *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
)
"""How its data folder is made; PostgreSQL 17 has the builtin locale provider too."""


def as_options(settings: Mapping[str, str]) -> list[str]:
    """Settings as arguments of the server."""
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]


@dataclass(frozen=True, slots=True)
class Postgres:
    """One server: its place on disk, its port, the superuser's password. `durable=False` is for tests."""

    place: Place
    port: int
    password: str = field(repr=False)
    durable: bool = True

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.place.home / "data"

    def prepare(self) -> None:
        """Make the data folder (once), and remove the pid file that a killed server left.

        Raises `StackError` with what `initdb` said if it fails.
        """
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        if not self.server_pids():
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def program(self) -> Program:
        """The server: TCP on the loopback address only, no unix socket, modest memory."""
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": "",
            **SETTINGS,
        }
        if not self.durable:
            settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
        options = as_options(settings)
        return Program(
            name="postgres",
            command=(str(self.place.bin / "postgres"), "-D", str(self.data), *options),
            env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"},
            cwd=self.place.home,
            account=self.place.account,
            stop_signal="INT",  # a "fast" stop: ends sessions, loses nothing
            stop_s=60,
        )

    def conninfo(self, database: str, user: str, password: str, **more: str) -> str:
        """A libpq connection string of this server."""
        return make_conninfo(host=HOST, port=self.port, dbname=database, user=user, password=password, **more)

    def admin(self, database: str = "postgres") -> str:
        """The superuser's connection string to `database`."""
        return self.conninfo(database, ADMIN, self.password)

    def is_ready(self) -> bool:
        """Whether the superuser can connect.

        Raises `StackError` if the password is refused: data and passwords are from different starts.
        """
        try:
            psycopg.connect(self.admin(), connect_timeout=2).close()
        except psycopg.OperationalError as error:
            if "password authentication failed" in str(error):
                raise StackError(
                    f"PostgreSQL on port {self.port} refuses the password of '{ADMIN}': its data folder "
                    f"{self.data} was made with other passwords. Restore them, or run `make reset`."
                ) from None
            return False
        return True

    def server_pids(self) -> list[int]:
        """Processes of a server on this very data folder, whoever started them."""
        folder = str(self.data.resolve())
        return [
            candidate.pid
            for candidate in psutil.process_iter(["name", "cwd"])
            if candidate.info["name"] == "postgres" and candidate.info["cwd"] == folder
        ]

    def _initdb(self) -> None:
        """Make the data folder under another name and rename it, so that a half made one is never used."""
        half = self.place.home / "data.partial"
        password_file = self.place.home / ".password"
        shutil.rmtree(half, ignore_errors=True)
        write_private(password_file, self.password)
        try:
            if self.place.account:
                os.chown(password_file, self.place.account.uid, self.place.account.gid)
            self._run_initdb(half, password_file)
        finally:
            password_file.unlink()
        half.rename(self.data)

    def _run_initdb(self, folder: Path, password_file: Path) -> None:
        command = (
            str(self.place.bin / "initdb"),
            *("--pgdata", str(folder), "--username", ADMIN, "--pwfile", str(password_file)),
            *INITDB,
            *(() if self.durable else ("--no-sync",)),
        )
        done = subprocess.run(  # noqa: S603 # our own command
            command,
            env={"PATH": "/usr/bin:/bin"},
            cwd=self.place.home,
            capture_output=True,
            text=True,
            check=False,
            **as_account(self.place.account),
        )
        if done.returncode:
            raise StackError(f"PostgreSQL could not make its data folder {self.data}:\n{done.stderr.strip()}")
