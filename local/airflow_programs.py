"""Airflow's four components, their one environment, and its metadata database."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg

from local import airflow_settings
from local.airflow_settings import Address, Ground
from local.aws import Aws
from local.celery import Celery
from local.covid.server import INTERNET, Covid, Urls
from local.errors import StackError
from local.inbox.server import Inbox
from local.postgres import Postgres
from local.program import HOST, Program, tail
from local.secrets_store import Secrets, write_private
from local.settings import Settings

COMPONENTS = ("api-server", "dag-processor", "triggerer", "scheduler")
"""In the order of their start; each tells of its health."""


@dataclass(frozen=True, slots=True)
class Airflow:
    """Airflow on the embedded PostgreSQL, with LocalExecutor, or with Celery where there is one."""

    settings: Settings
    secrets: Secrets
    postgres: Postgres
    aws: Aws
    inbox: Inbox
    covid: Covid
    celery: Celery | None = None

    @property
    def home(self) -> Path:
        """AIRFLOW_HOME."""
        return self.settings.state_dir / "airflow"

    @property
    def url(self) -> str:
        """Where the user interface and the REST API are."""
        return f"http://{HOST}:{self.settings.airflow_port}"

    @property
    def dashboards_url(self) -> str:
        """Where the dashboards inside Airflow are, each with an address of its own."""
        return f"{self.url}/totes/"

    @property
    def covid_urls(self) -> Urls:
        """Where the pipeline finds the COVID-19 files: the setting `COVID` says which, the user's own URLs beat it."""
        chosen = INTERNET if self.settings.covid == "internet" else self.covid.urls
        own = os.environ.get
        return Urls(
            own("AIRFLOW__TOTES__COVID_NYT_URL") or chosen.nyt, own("AIRFLOW__TOTES__COVID_JHU_URL") or chosen.jhu
        )

    @property
    def watch_source(self) -> str:
        """How changes in the shop are noticed: the setting `WATCH` says so, the user's own option beats it."""
        return os.environ.get("AIRFLOW__TOTES__WATCH_SOURCE") or self.settings.watch

    def prepare(self) -> None:
        """Make the home folder and write the admin's password where Airflow reads it."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_private(self.ground.passwords_file, airflow_settings.passwords(self.secrets))

    def migrate(self, log: Path) -> None:
        """Bring the metadata database to this Airflow's version; costs nothing if it is there already.

        Raises `StackError` with the end of `log` if Airflow fails to.
        """
        stamp, wanted = self.home / "migrated", version("apache-airflow")
        if stamp.exists() and stamp.read_text() == wanted and self._has_tables():
            return
        with log.open("ab") as out:
            command = (sys.executable, "-m", "airflow", "db", "migrate")
            done = subprocess.run(  # noqa: S603 # our own command
                command, env=self.environment(), cwd=self.home, stdout=out, stderr=out, check=False
            )
        if done.returncode:
            raise StackError(f"Airflow could not prepare its database. The end of {log}:\n{tail(log)}")
        stamp.write_text(wanted)

    def programs(self) -> list[Program]:
        """The four components and the workers; their log servers, which would listen on every address, stay off."""
        quiet = {"scheduler": ("--skip-serve-logs",), "triggerer": ("--skip-serve-logs",)}
        commands = {component: (component, *quiet.get(component, ())) for component in COMPONENTS}
        if self.celery:
            commands |= {name: self.celery.command(name) for name in self.celery.names}
        running = ("scheduler", *self.workers)  # their running tasks finish; a triggerer often hangs
        patience = {"triggerer": 3, **dict.fromkeys(running, 40)}
        return [
            Program(
                name=name,
                command=(sys.executable, "-m", "airflow", *command),
                env=self.environment(),
                cwd=self.home,
                stop_s=patience.get(name, 10),
            )
            for name, command in commands.items()
        ]

    @property
    def workers(self) -> tuple[str, ...]:
        """The programs that tasks run in, where those are not the scheduler's own."""
        return self.celery.names if self.celery else ()

    def environment(self) -> dict[str, str]:
        """The whole environment of every component: the user's, without any Airflow, AWS or Python setting.

        Settings of the pipeline (`AIRFLOW__TOTES__…`) are kept where the stack has none of its own, and where they
        say where the COVID-19 files are, or whether the shop is watched.
        """
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("AIRFLOW", "AWS_", "PYTHON", "MAKE"))}
        pipeline = {n: v for n, v in os.environ.items() if n.startswith("AIRFLOW__TOTES__")}
        return {
            **kept,
            **pipeline,
            "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', '/usr/bin:/bin')}",
            **airflow_settings.environment(self.ground, self.secrets, self.celery),
        }

    @property
    def ground(self) -> Ground:
        """Where everything is: this machine's folders and loopback ports."""
        return Ground(
            root=self.settings.root,
            home=self.home,
            dags_folder=self.settings.dags_folder,
            task_logs=self.settings.state_dir / "logs" / "tasks",
            listens_on=Address(HOST, self.settings.airflow_port),
            url=self.url,
            execution_url=f"{self.url}/execution/",
            postgres=Address(HOST, self.postgres.port),
            smtp=Address(HOST, self.settings.smtp_port),
            aws_url=self.aws.endpoint_url,
            runbook_url=self.inbox.runbook_url,
            covid=self.covid_urls,
            watch_source=self.watch_source,
        )

    def _has_tables(self) -> bool:
        with psycopg.connect(self.postgres.conninfo("airflow", "airflow", self.secrets.airflow)) as conn:
            found = conn.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        return bool(found and found[0])
