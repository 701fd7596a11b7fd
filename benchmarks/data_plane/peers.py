"""What a user would pick instead: dlt, ingestr, pandas; installed apart, run side by side, their results looked at."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks.data_plane.programs import Measured, run
from local.settings import ROOT

HERE = Path(__file__).parent
HOME = ROOT / ".test-state" / "data_plane"
PANDAS_ROWS = 200_000


@dataclass(frozen=True)
class Peer:
    """A tool: the table it writes, and how it is run for the first time and for what changed (None: it cannot)."""

    name: str
    table: str
    first: Callable[[dict[str, Any]], Measured]
    delta: Callable[[dict[str, Any]], Measured] | None


def install() -> str | None:
    """Install the peers apart from the project; returns why not, if they could not be."""
    venv = HOME / "peers"
    HOME.mkdir(parents=True, exist_ok=True)
    steps = (
        (sys.executable, "-m", "venv", str(venv)),
        (
            sys.executable,
            "-m",
            "uv",
            "pip",
            "install",
            "--quiet",
            "--python",
            str(_python()),
            "-r",
            str(HERE / "peers.txt"),
        ),
    )
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.stderr.strip()[-500:]
    return None


def uri(conninfo: str) -> str:
    """A connection string as a URI."""
    part = conninfo_to_dict(conninfo)
    login = f"{part['user']}:{quote(str(part['password']))}"
    return f"postgresql://{login}@{part['host']}:{part['port']}/{part['dbname']}"


def holds(conninfo: str, table: str, rows: int | None = None) -> tuple[int, int]:
    """Count of orders and sum of the units sold, of the first ``rows`` where they are given."""
    where = "" if rows is None else f" WHERE sales_order_id <= {rows}"
    with psycopg.connect(conninfo) as connection:
        found = connection.execute(f"SELECT count(*), sum(units_sold) FROM {table}{where}").fetchone()  # noqa: S608
    return found or (0, 0)


def _python() -> Path:
    return HOME / "peers" / "bin" / "python"


def _script(name: str, *given_to: str) -> Callable[[dict[str, Any]], Measured]:
    return lambda given: run([str(_python()), str(HERE / name), *given_to], given)


def _ingestr(*more: str) -> Callable[[dict[str, Any]], Measured]:
    def measured(given: dict[str, Any]) -> Measured:
        command = [str(_python().with_name("ingestr")), "ingest", "--yes", "--progress", "log"]
        command += ["--source-table", "public.sales_order", "--dest-table", "public.sales_order"]
        command += ["--incremental-strategy", "merge", "--incremental-key", "last_updated"]
        command += ["--primary-key", "sales_order_id", *(part.format(**given) for part in more)]
        uris = {"SOURCE_URI": given["source_uri"], "DESTINATION_URI": given["warehouse_uri"]}
        quiet = {"DISABLE_TELEMETRY": "true", "INGESTR_DISABLE_TELEMETRY": "true"}
        return run(command, {}, {**os.environ, **uris, **quiet})

    return measured


def _dlt(name: str, files: str) -> Peer:
    first, delta = (_script("with_dlt.py", step, files) for step in ("first", "delta"))
    return Peer(name, "dlt.sales_order", first, delta)


PEERS = (
    _dlt("dlt", "csv"),
    _dlt("dlt-adbc", "parquet"),
    Peer("ingestr", "public.sales_order", _ingestr(), _ingestr("--interval-start", "{since}")),
    Peer("pandas", "pandas.sales_order", _script("with_pandas.py", "first"), None),
)
