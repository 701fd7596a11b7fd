"""Airflow's four components, their one environment, and its metadata database."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import psycopg

from local import aws as stand_in
from local.aws import Aws
from local.celery import Celery
from local.covid.server import INTERNET, Covid, Urls
from local.databases import LOADERS, READERS
from local.errors import StackError
from local.inbox.server import Inbox
from local.postgres import Postgres
from local.program import HOST, Program, tail
from local.secrets_store import Secrets, write_private
from local.settings import Settings

COMPONENTS = ("api-server", "dag-processor", "triggerer", "scheduler")
"""In the order of their start; each tells of its health."""

ADMIN = "admin"
"""The name to log in with."""

MAIL_FROM, MAIL_TO = "totes-etl@totes.example", "data-team@totes.example"
"""Who the stack's mails are from, and to."""


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
        write_private(self._passwords_file, json.dumps({ADMIN: self.secrets.airflow_admin}))

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
            "NO_PROXY": HOST,
            "no_proxy": HOST,
            "OPENBLAS_NUM_THREADS": "1",
            "PYTHONPATH": str(self.settings.root),
            "AIRFLOW_HOME": str(self.home),
            "AWS_CONFIG_FILE": os.devnull,  # the user's own AWS account is none of the stack's business
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
            **self._options(),
            **self._connections(),
        }

    @property
    def _passwords_file(self) -> Path:
        return self.home / "passwords.json"

    def _options(self) -> dict[str, str]:
        metadata = f"postgresql+psycopg2://airflow:{self.secrets.airflow}@{HOST}:{self.postgres.port}/airflow"
        options: dict[str, Mapping[str, object]] = {
            "core": {
                "executor": "LocalExecutor",
                "dags_folder": self.settings.dags_folder,
                "plugins_folder": self.settings.root / "plugins",
                "load_examples": False,
                "parallelism": 8,
                "hostname_callable": "socket.gethostname",
                "execution_api_server_url": f"{self.url}/execution/",
                "fernet_key": self.secrets.airflow_fernet_key,
                "simple_auth_manager_users": f"{ADMIN}:admin",
                "simple_auth_manager_passwords_file": self._passwords_file,
            },
            "database": {"sql_alchemy_conn": metadata},
            "api": {
                "host": HOST,
                "port": self.settings.airflow_port,
                "base_url": self.url,
                "secret_key": self.secrets.airflow_api_secret_key,
                "instance_name": "Totes ETL",
            },
            "api_auth": {"jwt_secret": self.secrets.airflow_jwt_secret},
            "workers": {"min_heartbeat_interval": 1},  # it holds a worker's slot that long after a task
            "scheduler": {
                "scheduler_idle_sleep_time": 0.2,
                "orphaned_tasks_check_interval": 60,  # a killed scheduler's tasks wait no longer than that
            },
            "dag_processor": {"refresh_interval": 20, "min_file_process_interval": 30},
            "logging": {
                "base_log_folder": self.settings.state_dir / "logs" / "tasks",
                "dag_processor_log_target": "stdout",  # a file of its own would grow without end
                "colored_console_log": False,
            },
            "usage_data_collection": {"enabled": False},
            "totes": {
                "raw_bucket": stand_in.RAW_BUCKET,
                "processed_bucket": stand_in.PROCESSED_BUCKET,
                "site_bucket": stand_in.SITE_BUCKET,
                "alert_topic": stand_in.ALERTS_TOPIC_ARN,
                "mail_to": MAIL_TO,
                "runbook_url": self.inbox.runbook_url,
                "cloudwatch_namespace": "Totes",
                "covid_nyt_url": self.covid_urls.nyt,
                "covid_jhu_url": self.covid_urls.jhu,
                "watch_source": self.watch_source,
            },
        }
        for section, values in (self.celery.options() if self.celery else {}).items():
            options[section] = {**options.get(section, {}), **values}
        return {
            f"AIRFLOW__{section}__{name}".upper(): str(value)
            for section, values in options.items()
            for name, value in values.items()
        }

    def _connections(self) -> dict[str, str]:
        roles = {
            "totesys": ("totesys", READERS["totesys"]),
            "warehouse": ("warehouse", LOADERS["warehouse"]),
            "warehouse_reader": ("warehouse", READERS["warehouse"]),
        }
        connections: dict[str, Mapping[str, object]] = {
            name: {
                "conn_type": "postgres",
                "host": HOST,
                "port": self.postgres.port,
                "schema": database,
                "login": role,
                "password": getattr(self.secrets, role),
            }
            for name, (database, role) in roles.items()
        }
        connections["totes_aws"] = {
            "conn_type": "aws",
            "login": self.secrets.aws_access_key_id,
            "password": self.secrets.aws_secret_access_key,
            "extra": {"region_name": stand_in.REGION, "endpoint_url": self.aws.endpoint_url},
        }
        connections["smtp_default"] = {
            "conn_type": "smtp",
            "host": HOST,
            "port": self.settings.smtp_port,
            "extra": {
                "from_email": MAIL_FROM,
                "disable_ssl": True,
                "disable_tls": True,
                "timeout": 10,
                "retry_limit": 1,
            },
        }
        return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(parts) for name, parts in connections.items()}

    def _has_tables(self) -> bool:
        with psycopg.connect(self.postgres.conninfo("airflow", "airflow", self.secrets.airflow)) as conn:
            found = conn.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        return bool(found and found[0])
