"""`python -m include.retention`: prune what the warehouse notes on runs; without `--yes` it only says what would go.

It needs `psycopg` and the environment variable `AIRFLOW_CONN_WAREHOUSE`, with a role that may delete; no Airflow.
Exit code 0: done; 2: it could not be, the message says why.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta

import psycopg

from include import search_path
from include.connections import conninfo
from include.environment import PRODUCTION
from include.errors import SettingError, TotesError, WarehouseUnavailable
from include.plain_text import table
from include.retention import notes
from include.warehouse import migrate
from include.warehouse.connection import Connection, transaction

DAYS = 90


def main(arguments: Sequence[str] | None = None, environment: Mapping[str, str] = os.environ) -> int:
    """Do what the command line says; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m include.retention", description="Prune the notes on runs.")
    parser.add_argument("--keep-days", type=int, default=DAYS, metavar="N", help=f"default {DAYS}, at least 7")
    parser.add_argument("--yes", action="store_true", help="remove them; without it they are only counted")
    asked = parser.parse_args(arguments)
    keep = timedelta(days=asked.keep_days)
    try:
        notes.refuse_too_little(keep)
        with contextlib.closing(_warehouse(environment)) as connection:
            with transaction(connection):
                migrate.check(connection)
            found = notes.prune(connection, keep) if asked.yes else notes.count(connection, keep)
    except TotesError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    verb = "removed" if asked.yes else "would be removed"
    sys.stdout.write(table(("table", f"rows {verb}"), [(name, f"{rows:,}") for name, rows in found.items()]))
    sys.stdout.write("\n")
    return 0


def _warehouse(environment: Mapping[str, str]) -> Connection:
    where = conninfo("warehouse", environment)
    if not where:
        raise SettingError(
            "setting AIRFLOW_CONN_WAREHOUSE",
            found="nothing",
            expected="the warehouse's connection, as Airflow takes it (JSON or a URI)",
            remedy="set it as an environment variable",
        )
    try:
        return psycopg.connect(where, options=search_path.option(PRODUCTION.warehouse_schema), autocommit=True)
    except psycopg.OperationalError as error:
        raise WarehouseUnavailable(
            "the warehouse",
            found=" ".join(str(error).split()),
            expected="a server that answers and lets us in",
            remedy="see that the database runs and AIRFLOW_CONN_WAREHOUSE is right",
        ) from error


if __name__ == "__main__":
    sys.exit(main())
