"""`python -m local.compose.initialise`: `airflow-init`, by the very code of the embedded stack. Idempotent."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

from local import airflow_settings, contents, databases
from local.compose import env_files, places
from local.console import say, step
from local.errors import StackError
from local.log_files import prune_task_logs
from local.postgres import ADMIN
from local.secrets_store import Secrets, write_private

OTHER_PASSWORDS = (
    f"PostgreSQL refuses the password of '{ADMIN}' in {env_files.FILE}: its volume was made with another one, before or"
    " by another clone. Restore that one; or start over with `make reset STACK=compose`; or give this clone containers"
    f" and volumes of its own with a line COMPOSE_PROJECT_NAME=… in {env_files.FILE}."
)


def main(environ: Mapping[str, str] = os.environ) -> None:
    """Everything that must be there before Airflow's components start. Raises `StackError`.

    `environ` holds `.env`, and what Airflow is told.
    """
    secrets = env_files.secrets_of(environ)
    try:
        databases.create_all(_conninfo("postgres", ADMIN, secrets), secrets)
    except psycopg.OperationalError as error:
        if "password authentication failed" not in str(error):
            raise
        raise StackError(OTHER_PASSWORDS) from None
    step("Roles and databases are there")
    places.AWS.provision(secrets)
    step("Buckets, topic and queue are there")
    shop, warehouse = (_conninfo(name, databases.OWNERS[name], secrets) for name in ("totesys", "warehouse"))
    notifies = environ["AIRFLOW__TOTES__WATCH_SOURCE"] == "notify"
    step(contents.prepare(shop, warehouse, None, notifies=notifies))
    _prepare_airflow(environ, secrets)
    step("Airflow's database is up to date, its admin known")


def _prepare_airflow(environ: Mapping[str, str], secrets: Secrets) -> None:
    prune_task_logs(Path(environ["AIRFLOW__LOGGING__BASE_LOG_FOLDER"]))
    passwords = Path(environ["AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"])
    write_private(passwords, airflow_settings.passwords(secrets))
    subprocess.run((sys.executable, "-m", "airflow", "db", "migrate"), check=True)  # our own command


def _conninfo(database: str, role: str, secrets: Secrets) -> str:
    host, port = places.POSTGRES
    return make_conninfo(host=host, port=port, dbname=database, user=role, password=getattr(secrets, role))


if __name__ == "__main__":
    try:
        main()
    except StackError as error:
        say(str(error))
        sys.exit(1)
