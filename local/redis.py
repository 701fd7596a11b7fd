"""Redis, from which Celery's workers take their tasks: the machine's own, on a loopback port, with a password."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from local.errors import StackError
from local.program import HOST, Program
from local.secrets_store import write_private

SERVERS = ("redis-server", "valkey-server")
"""What it is called where it is installed; the second one is what Redis was forked into, and serves as well."""

SETTINGS = {"save": '""', "appendonly": "yes", "appendfsync": "everysec", "maxmemory-policy": "noeviction"}
"""What it is told wherever it runs, Docker Compose included."""


@dataclass(frozen=True, slots=True)
class Redis:
    """One server: the folder that holds its data, its port, its password, and the host that it is reached at."""

    home: Path
    port: int
    password: str = field(repr=False)
    host: str = HOST

    def url(self, database: int) -> str:
        """How clients reach one of its databases."""
        return f"redis://:{self.password}@{self.host}:{self.port}/{database}"

    def program(self) -> Program:
        """The server; every task that it was given is on its disk within a second.

        Raises `StackError` where none is installed.
        """
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        configuration = self.home / "redis.conf"
        write_private(configuration, self._configuration())
        return Program(
            name="redis",
            command=(_server(), str(configuration)),
            env={"PATH": "/usr/bin:/bin"},
            cwd=self.home,
        )

    def is_ready(self) -> bool:
        """Whether it answers."""
        from redis import Redis as Client  # here, because only a stack on Celery needs it
        from redis.exceptions import RedisError

        try:
            with Client(host=HOST, port=self.port, password=self.password, socket_timeout=2) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def _configuration(self) -> str:
        settings = {
            "bind": HOST,
            "port": self.port,
            "requirepass": self.password,
            "dir": f'"{self.home}"',
            **SETTINGS,
        }
        return "".join(f"{name} {value}\n" for name, value in settings.items())


def _server() -> str:
    found = next(filter(None, map(shutil.which, SERVERS)), None)
    if found is None:
        raise StackError(
            "EXECUTOR=celery needs Redis, and neither redis-server nor valkey-server is on PATH. "
            "On Debian and Ubuntu: apt install redis-server (its own service may stay off: the stack starts a server "
            "of its own). Or call `make run EXECUTOR=local`."
        )
    return found
