"""What Airflow is told by its environment, wherever it runs: the embedded stack's, or Docker Compose's."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from local import aws as stand_in
from local.celery import Celery
from local.covid.server import Urls
from local.databases import LOADERS, OWNERS, READERS
from local.program import HOST
from local.secrets_store import Secrets

ADMIN = "admin"
"""The name to log in with."""

MAIL_FROM, MAIL_TO = "totes-etl@totes.example", "data-team@totes.example"
"""Who the stack's mails are from, and to."""


class Address(NamedTuple):
    """Where a server listens, or is reached."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Ground:
    """Where everything is, as one of Airflow's processes sees it.

    `root` is the project (PYTHONPATH), `url` where people reach Airflow, `execution_url` where tasks do; the API
    server binds `listens_on`. `watch_source` says how changes in the shop are noticed.
    """

    root: Path
    home: Path
    dags_folder: Path
    task_logs: Path
    listens_on: Address
    url: str
    execution_url: str
    postgres: Address
    smtp: Address
    aws_url: str
    runbook_url: str
    covid: Urls
    watch_source: str

    @property
    def passwords_file(self) -> Path:
        """Where Airflow reads the password of its admin."""
        return self.home / "passwords.json"

    @property
    def plaintext_hosts(self) -> str:
        """The database's host, where it is on a private network of the stack's own and needs no TLS."""
        return "" if self.postgres.host == HOST else self.postgres.host

    @property
    def hosts(self) -> list[str]:
        """The stack's own hosts, which no proxy leads to."""
        urls = (self.url, self.execution_url, self.aws_url)
        return sorted({self.postgres.host, self.smtp.host, *(str(urlsplit(url).hostname) for url in urls)})


def environment(ground: Ground, secrets: Secrets, celery: Celery | None = None) -> dict[str, str]:
    """Every variable that Airflow, the pipeline and their libraries need; without the user's own (PATH and such)."""
    return {
        "NO_PROXY": ",".join(ground.hosts),
        "no_proxy": ",".join(ground.hosts),
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(ground.root),
        "AIRFLOW_HOME": str(ground.home),
        "AWS_CONFIG_FILE": os.devnull,  # the user's own AWS account is none of the stack's business
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **_options(ground, secrets, celery),
        **_connections(ground, secrets),
    }


def passwords(secrets: Secrets) -> str:
    """What the file of passwords holds."""
    return json.dumps({ADMIN: secrets.airflow_admin})


def metadata_url(ground: Ground, secrets: Secrets) -> str:
    """Airflow's own database, as SQLAlchemy is told."""
    host, port = ground.postgres
    return f"postgresql+psycopg2://{OWNERS['airflow']}:{secrets.airflow}@{host}:{port}/airflow"


def _options(ground: Ground, secrets: Secrets, celery: Celery | None) -> dict[str, str]:
    options: dict[str, Mapping[str, object]] = {
        "core": {
            "executor": "LocalExecutor",
            "dags_folder": ground.dags_folder,
            "plugins_folder": ground.root / "plugins",
            "load_examples": False,
            "parallelism": 8,
            "hostname_callable": "socket.gethostname",
            "execution_api_server_url": ground.execution_url,
            "fernet_key": secrets.airflow_fernet_key,
            "simple_auth_manager_users": f"{ADMIN}:admin",
            "simple_auth_manager_passwords_file": ground.passwords_file,
        },
        "database": {"sql_alchemy_conn": metadata_url(ground, secrets)},
        "api": {
            "host": ground.listens_on.host,
            "port": ground.listens_on.port,
            "base_url": ground.url,
            "secret_key": secrets.airflow_api_secret_key,
            "instance_name": "Totes ETL",
        },
        "api_auth": {"jwt_secret": secrets.airflow_jwt_secret},
        "workers": {"min_heartbeat_interval": 1},  # it holds a worker's slot that long after a task
        "scheduler": {
            "scheduler_idle_sleep_time": 0.2,
            "orphaned_tasks_check_interval": 60,  # a killed scheduler's tasks wait no longer than that
        },
        "dag_processor": {"refresh_interval": 20, "min_file_process_interval": 30},
        "logging": {
            "base_log_folder": ground.task_logs,
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
            "runbook_url": ground.runbook_url,
            "cloudwatch_namespace": "Totes",
            "covid_nyt_url": ground.covid.nyt,
            "covid_jhu_url": ground.covid.jhu,
            "watch_source": ground.watch_source,
            "plaintext_hosts": ground.plaintext_hosts,
        },
    }
    for section, values in (celery.options() if celery else {}).items():
        options[section] = {**options.get(section, {}), **values}
    return {
        f"AIRFLOW__{section}__{name}".upper(): str(value)
        for section, values in options.items()
        for name, value in values.items()
    }


def _connections(ground: Ground, secrets: Secrets) -> dict[str, str]:
    roles = {
        "totesys": ("totesys", READERS["totesys"]),
        "warehouse": ("warehouse", LOADERS["warehouse"]),
        "warehouse_reader": ("warehouse", READERS["warehouse"]),
    }
    connections: dict[str, Mapping[str, object]] = {
        name: {
            "conn_type": "postgres",
            "host": ground.postgres.host,
            "port": ground.postgres.port,
            "schema": database,
            "login": role,
            "password": getattr(secrets, role),
        }
        for name, (database, role) in roles.items()
    }
    connections["totes_aws"] = {
        "conn_type": "aws",
        "login": secrets.aws_access_key_id,
        "password": secrets.aws_secret_access_key,
        "extra": {"region_name": stand_in.REGION, "endpoint_url": ground.aws_url},
    }
    connections["smtp_default"] = {
        "conn_type": "smtp",
        "host": ground.smtp.host,
        "port": ground.smtp.port,
        "extra": {
            "from_email": MAIL_FROM,
            "disable_ssl": True,
            "disable_tls": True,
            "timeout": 10,
            "retry_limit": 1,
        },
    }
    return {f"AIRFLOW_CONN_{name.upper()}": json.dumps(parts) for name, parts in connections.items()}
