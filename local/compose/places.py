"""Where everything is inside of Compose's network, and inside of a container."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from local.airflow_settings import Address, Ground
from local.aws import Aws
from local.celery import Celery
from local.covid.server import INTERNET, Covid
from local.program import HOST
from local.redis import Redis
from local.secrets_store import Secrets
from local.settings import MOST_WORKERS, Settings

ROOT: Final = Path("/opt/airflow")
"""The project, mounted."""

HOME: Final = ROOT / "home"
"""AIRFLOW_HOME: a volume that all of Airflow's containers share, for the tasks' logs and the admin's password."""

EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 # nosec B104 # of a container, whose ports are published on loopback alone
KEPT: Final = ROOT / "data"
"""Where a server of our own, in Airflow's image, has its volume."""

DATA: Final = Path("/data")
"""Where the others have theirs."""

POSTGRES: Final = Address("postgres", 5432)
MAILPIT: Final = Address("mailpit", 1025)
AWS: Final = Aws(DATA, 4566, host="aws")
API_PORT: Final = 8080
API_SERVER: Final = f"http://api-server:{API_PORT}"
INBOX_PORT: Final = 8026
COVID: Final = Covid(KEPT, 8027)
"""As tasks reach it, by way of the relay in their own container (`relay`)."""


def ground(settings: Settings) -> Ground:
    """What an Airflow container of a stack with these settings sees."""
    return Ground(
        root=ROOT,
        home=HOME,
        dags_folder=ROOT / "dags",
        task_logs=HOME / "logs",
        listens_on=Address(EVERYWHERE, API_PORT),
        url=f"http://{HOST}:{settings.airflow_port}",
        execution_url=f"{API_SERVER}/execution/",
        postgres=POSTGRES,
        smtp=MAILPIT,
        aws_url=AWS.endpoint_url,
        runbook_url=f"http://{HOST}:{settings.inbox_port}/runbook",
        covid=INTERNET if settings.covid == "internet" else COVID.urls,
        watch_source=settings.watch,
    )


def celery(settings: Settings, secrets: Secrets) -> Celery | None:
    """Celery on Compose's Redis; none where tasks run in the scheduler's container.

    Airflow is told of as many workers as there may be: `docker compose up --scale` tells it nothing.
    """
    if settings.executor != "celery":
        return None
    return Celery(Redis(DATA, 6379, secrets.redis, host="redis"), MOST_WORKERS, settings.slots)
