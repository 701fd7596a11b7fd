"""The whole embedded stack of one state folder: up, down, and how to reach what runs in it."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import psutil

from local import databases, leftovers, secrets_store
from local.accounts import postgres_place
from local.airflow_api import AirflowApi
from local.airflow_programs import COMPONENTS, Airflow
from local.airflow_settings import ADMIN
from local.aws import Aws
from local.celery import Celery
from local.covid.server import Covid
from local.errors import StackError
from local.inbox.server import Inbox
from local.log_files import KEEP_DAYS, prune_task_logs
from local.ports import require_free
from local.postgres import Postgres
from local.program import Program, wait_until
from local.redis import Redis
from local.secrets_store import Secrets
from local.settings import Settings
from local.supervision import Supervisor

STOP_ORDER = ("scheduler", "dag-processor", "triggerer", "api-server", "covid", "inbox", "aws", "postgres")
"""Whoever needs another one ends before it; workers end after the scheduler, their Redis last of all."""


@dataclass(frozen=True)
class Stack:
    """PostgreSQL, the AWS stand-in, the inbox, the COVID-19 files and Airflow, supervised on loopback ports.

    With `executor` "celery" Redis and workers besides.
    """

    settings: Settings

    def up(self) -> None:
        """Start everything and return when all of it is ready; what runs already is left alone."""
        self.start_servers()
        self.start_airflow()

    def start_servers(self) -> None:
        """Start everything but Airflow, with roles, databases, buckets and topic in place.

        What an earlier stack left behind is ended first. Raises `StackError` for a port in use, and for a
        stack that runs with other settings.
        """
        if self.supervisor.alive():
            self._check_settings()
        else:
            leftovers.end(self.processes())
            require_free(self.settings.ports_of_programs())
            self.postgres.prepare()
            self.airflow.prepare()
            self.settings.remember()
            self.supervisor.start(self.programs())
        self.supervisor.start_program("aws")
        self.supervisor.start_program("postgres")
        self.supervisor.start_program("inbox")
        self.supervisor.start_program("covid")
        if self.redis:
            self.supervisor.start_program("redis")
            self._wait("redis", self.redis.is_ready)
        self._wait("postgres", self.postgres.is_ready)
        databases.create_all(self.postgres.admin(), self.secrets)
        self._wait("aws", self.aws.is_ready)
        self.aws.provision(self.secrets)
        self._wait("inbox", self.inbox.is_ready)
        self._wait("covid", self.covid.is_ready)

    def start_airflow(self) -> None:
        """Start Airflow's components on the running servers and return when all report healthy."""
        self.airflow.migrate(self.supervisor.log("airflow-db"))
        for name in COMPONENTS:
            if name == "scheduler":  # its first tasks would else wait long for the API server
                self._wait("api-server", self.api.serves_tasks, seconds=180)
            self.supervisor.start_program(name)
        for name in self.airflow.workers:
            self.supervisor.start_program(name)  # ready or not: what is given to it waits in Redis
        for name in COMPONENTS:
            self._wait(name, self.api.healthy, seconds=180)

    def down(self) -> int:
        """Stop everything in order and end whatever is left; returns how many processes there were.

        Raises `StackError` if one survives even that.
        """
        before = self.processes()
        if self.supervisor.alive():
            scheduler, *others = STOP_ORDER
            for name in (scheduler, *self.airflow.workers, *others, *(["redis"] if self.redis else [])):
                self.supervisor.stop_program(name)
            self.supervisor.shut_down()
        leftovers.end({*before, *self.processes()})
        if left := self.processes():
            raise StackError(f"Still running: pids {[p.pid for p in left]}. End them by hand (kill -9).")
        return len(before)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep a second `make run`, `stop` or `reset` of this stack out while the block runs.

        Raises `StackError` if one is at work already.
        """
        self.settings.make_state_dir()
        with (self.settings.state_dir / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackError(
                    f"Another command starts or stops the stack of {self.settings.state_dir}; wait for its end."
                ) from None
            yield

    def processes(self) -> list[psutil.Process]:
        """Every living process of this stack, supervised or left behind."""
        if not self.settings.state_dir.is_dir():
            return []
        return leftovers.find(self.settings.state_dir, self.supervisor.record(), self.postgres.data)

    def kill_task(self, host: str, pid: int) -> bool:  # noqa: ARG002 # all tasks run on this machine
        """Kill (-9) the process of a task on the host that Airflow names; returns whether it was there."""
        for candidate in self.processes():  # never a process of somebody else's
            if candidate.pid == pid:
                with suppress(psutil.NoSuchProcess):
                    candidate.kill()
                return True
        return False

    def is_set_up(self) -> bool:
        """Whether there is anything of this stack yet."""
        return self.secrets_file.exists()

    def memory_mib(self) -> float:
        """What its processes occupy, shared pages counted once."""
        return sum(leftovers.process_mib(one) for one in self.processes())

    def takes_mails(self) -> bool:
        """Whether the mail server is there."""
        return self.inbox.is_ready()

    def programs(self) -> list[Program]:
        """What the supervisor supervises, in the order of the start."""
        servers = [one.program() for one in (self.postgres, self.aws, self.inbox, self.covid)]
        return [*servers, *([self.redis.program()] if self.redis else []), *self.airflow.programs()]

    def conninfo(self, database: str, role: str) -> str:
        """The connection string of `role` (one of `databases`, or `postgres`)."""
        return self.postgres.conninfo(database, role, getattr(self.secrets, role))

    @property
    def secrets_file(self) -> Path:
        """The file that holds every password."""
        return self.settings.state_dir / secrets_store.FILE

    @property
    def mail_program(self) -> str:
        """The program that takes mails."""
        return "inbox"

    @property
    def mailpit_url(self) -> str | None:
        """Where Mailpit is, if mails go there; else they go to the inbox."""
        return None

    @property
    def metabase_url(self) -> str | None:
        """Where Metabase is, if it is there."""
        return None

    @property
    def mails_url(self) -> str:
        """Where mails can be read."""
        return self.mailpit_url or self.inbox.url

    @property
    def ports(self) -> Mapping[str, int]:
        """The ports by program."""
        return {
            "postgres": self.settings.postgres_port,
            "aws": self.settings.aws_port,
            "inbox": self.settings.inbox_port,
            "covid": self.settings.covid_port,
            "api-server": self.settings.airflow_port,
            "redis": self.settings.redis_port,
        }

    @property
    def task_logs(self) -> Path | None:
        """Where Airflow writes the logs of tasks, a file a try; none where that is no folder of this machine."""
        return self.supervisor.logs / "tasks"

    def prune_task_logs(self, days: float = KEEP_DAYS) -> int:
        """Remove task logs that nobody has written to for `days`; returns how many files."""
        return prune_task_logs(self.task_logs, days) if self.task_logs else 0

    @cached_property
    def secrets(self) -> Secrets:
        """Passwords and keys, generated at first use."""
        self.settings.make_state_dir()
        return secrets_store.load_or_generate(self.settings.state_dir)

    @cached_property
    def supervisor(self) -> Supervisor:
        """Whoever keeps the programs running."""
        return Supervisor(self.settings.state_dir)

    @cached_property
    def postgres(self) -> Postgres:
        """The database server."""
        secrets = self.secrets
        place = postgres_place(self.settings.state_dir)
        return Postgres(place, self.settings.postgres_port, secrets.postgres, self.settings.durable)

    @cached_property
    def aws(self) -> Aws:
        """The AWS stand-in."""
        return Aws(self.settings.state_dir / "aws", self.settings.aws_port)

    @cached_property
    def inbox(self) -> Inbox:
        """The mail server and the page that shows what was sent."""
        home = self.settings.state_dir / "inbox"
        return Inbox(home, self.settings.smtp_port, self.settings.inbox_port, self.aws, self.secrets)

    @cached_property
    def covid(self) -> Covid:
        """The server of synthetic COVID-19 files."""
        return Covid(self.settings.state_dir / "covid", self.settings.covid_port)

    @cached_property
    def redis(self) -> Redis | None:
        """What Celery's workers take their tasks from; None where tasks run in the scheduler's processes."""
        if self.settings.executor != "celery":
            return None
        return Redis(self.settings.state_dir / "redis", self.settings.redis_port, self.secrets.redis)

    @cached_property
    def airflow(self) -> Airflow:
        """Airflow's programs and settings."""
        celery = Celery(self.redis, self.settings.workers, self.settings.slots) if self.redis else None
        return Airflow(self.settings, self.secrets, self.postgres, self.aws, self.inbox, self.covid, celery)

    @cached_property
    def api(self) -> AirflowApi:
        """Airflow's REST API, as its admin."""
        return AirflowApi(self.airflow.url, ADMIN, self.secrets.airflow_admin)

    def _wait(self, name: str, ready: Callable[[], bool], seconds: float = 60) -> None:
        alive = {"RUNNING", "STARTING"}
        log = self.supervisor.log(name)
        wait_until(ready, lambda: self.supervisor.state(name) in alive, name, log, seconds)

    def _check_settings(self) -> None:
        """Refuse to go on with a running stack that listens elsewhere than it was asked to."""
        if self.settings.remembered() != self.settings.as_texts():
            raise StackError(
                f"The stack of {self.settings.state_dir} runs with other settings: {self.settings.remembered()}. "
                "Call it as it was started, or `make stop` first."
            )
