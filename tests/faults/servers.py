"""Servers of the faults' own, that can be stopped, killed and started again in the middle of anything."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import Popen
from typing import Any

import psycopg

from local import accounts, databases, program, secrets_store
from local.aws import Aws
from local.postgres import Postgres
from local.program import Program
from tests.conftest import PgServer
from tests.ports import free_port

# What a server of the faults needs beyond the tests' usual ones: prepared transactions, and commits that
# survive its own death (the machine's death nobody tries).
_POSTGRES_OPTIONS = (
    "deadlock_timeout=100ms",
    "max_prepared_transactions=32",
    "synchronous_commit=on",
    "full_page_writes=on",
)


@dataclass
class Restartable:
    """A server that runs, or for a while does not."""

    program: Program
    log: Path
    is_ready: Callable[[], bool]
    prepare: Callable[[], Any] = lambda: None
    is_gone: Callable[[], bool] = lambda: True
    _running: AbstractContextManager[Popen[bytes]] | None = None
    _started: Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.prepare()
        self._running = program.running(self.program, self.log, self.is_ready)
        self._started = self._running.__enter__()

    def stop(self) -> None:
        """Stop it in the orderly way."""
        if self._running is not None:
            self._running.__exit__(None, None, None)
            self._running = None

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, nothing is flushed or answered."""
        assert self._started is not None
        os.kill(self._started.pid, signal.SIGKILL)
        self._started.wait()
        self._running = None
        while not self.is_gone():
            time.sleep(0.02)

    def ensure(self) -> None:
        """Start it unless it runs (a fault that failed may have left it dead)."""
        if not self.is_ready():
            self.stop()
            self.start()

    def restart(self, *, hard: bool) -> None:
        """Kill (``hard``) or stop it, and start it again."""
        (self.kill if hard else self.stop)()
        self.start()


@dataclass(frozen=True, repr=False)
class Servers:
    """Source and warehouse, each a PostgreSQL of its own, and an S3 API."""

    source: PgServer
    warehouse: PgServer
    aws: Aws
    secrets: secrets_store.Secrets
    source_program: Restartable
    warehouse_program: Restartable
    aws_program: Restartable

    @classmethod
    def prepare(cls, folder: Path) -> "Servers":
        """Declare the three servers in a folder of their own; none runs yet."""
        secrets = secrets_store.generate_all()
        source = _postgres(folder / "source", secrets)
        warehouse = _postgres(folder / "warehouse", secrets)
        aws = Aws(folder / "aws", free_port())
        return cls(
            source=PgServer(source, secrets),
            warehouse=PgServer(warehouse, secrets),
            aws=aws,
            secrets=secrets,
            source_program=_restartable(source, folder / "source.log"),
            warehouse_program=_restartable(warehouse, folder / "warehouse.log"),
            aws_program=Restartable(aws.program(), folder / "aws.log", aws.is_ready),
        )

    def start(self) -> None:
        """Start all three and make the roles."""
        for server in (self.source_program, self.warehouse_program, self.aws_program):
            server.start()
        for postgres in (self.source.postgres, self.warehouse.postgres):
            with psycopg.connect(postgres.admin(), autocommit=True) as admin:
                databases.create_roles(admin, self.secrets)

    def ensure(self) -> None:
        """See that all three run."""
        for server in (self.source_program, self.warehouse_program, self.aws_program):
            server.ensure()

    def stop(self) -> None:
        """End all three."""
        for server in (self.source_program, self.warehouse_program, self.aws_program):
            server.stop()


def _postgres(folder: Path, secrets: secrets_store.Secrets) -> Postgres:
    folder.mkdir(parents=True)
    return Postgres(accounts.postgres_place(folder), free_port(), secrets.postgres, durable=False)


def _restartable(postgres: Postgres, log: Path) -> Restartable:
    declared = postgres.program()
    options = [part for option in _POSTGRES_OPTIONS for part in ("-c", option)]
    return Restartable(
        replace(declared, command=(*declared.command, *options)),
        log,
        postgres.is_ready,
        prepare=postgres.prepare,
        is_gone=lambda: not postgres.server_pids(),
    )
