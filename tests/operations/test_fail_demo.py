"""`make fail-demo` on a real stack: what it shows comes once each, and the stack is as before, even after a kill -9."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from local.faildemo.demo import fail_demo
from local.faildemo.of_servers import WarehouseDown
from local.settings import ROOT
from tests.airflow_runs import AirflowRuns

pytestmark = pytest.mark.airflow

BAD = "SELECT count(*) FROM payment WHERE payment_date = '2024-13-01'"


@contextmanager
def demo(airflow: AirflowRuns, fault: str) -> Iterator[subprocess.Popen[str]]:
    """The program as make calls it."""
    started = subprocess.Popen(
        [sys.executable, "-m", "local", "fail-demo", "--fault", fault],
        cwd=ROOT,
        env={**os.environ, "STATE_DIR": str(airflow.stack.settings.state_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def until_broken(started: subprocess.Popen[str]) -> None:
    assert started.stdout
    lines = []
    for line in started.stdout:
        lines.append(line)
        if "Broken:" in line:
            return
    raise AssertionError("".join(lines))


def in_shop(airflow: AirflowRuns, query: str) -> int:
    with psycopg.connect(airflow.pipeline.owner) as shop:
        (found,) = shop.execute(query.encode()).fetchone() or (None,)
    return int(str(found))


def subjects(told: str, kind: str, label: str) -> list[str]:
    """The subjects in the demo's summary."""
    lines = told.partition("What was seen")[2].splitlines()
    return [line for line in lines if line.split()[:1] == [kind] and f"] {label} " in line]


def test_what_a_killed_demo_left_is_repaired_by_the_next_one_which_shows_each_news_once(airflow: AirflowRuns):
    with demo(airflow, "bad-row") as killed:
        until_broken(killed)
        os.kill(killed.pid, signal.SIGKILL)
    assert in_shop(airflow, BAD) == 1

    with demo(airflow, "column-renamed") as shown:
        told, _ = shown.communicate(timeout=300)
    assert shown.returncode == 0, told
    assert in_shop(airflow, BAD) == 0
    assert "An earlier demo was killed. Repaired: the date is corrected (1 row)." in told
    for kind in ("mail", "message"):
        assert len(subjects(told, kind, "FAILED dim_design.extract")) == 1, told
        assert len(subjects(told, kind, "RECOVERED dim_design")) == 1, told
    airflow.trigger()


def test_a_demo_that_is_told_to_end_repairs_first(airflow: AirflowRuns):
    with demo(airflow, "bad-row") as ended:
        until_broken(ended)
        ended.send_signal(signal.SIGTERM)
        told, _ = ended.communicate(timeout=60)
    assert ended.returncode == 130, told
    assert "Interrupted, and repaired" in told
    assert in_shop(airflow, BAD) == 0


def test_a_warehouse_that_closes_under_many_tables_is_one_mail_and_one_message(
    airflow: AirflowRuns, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    # Those whose tries Airflow spreads least over time.
    monkeypatch.setattr(WarehouseDown, "conf", {"mode": "full", "tables": ["dim_currency", "dim_design"]})
    started = time.monotonic()
    assert fail_demo(airflow.stack, "warehouse-down") == 0
    told = capsys.readouterr().out
    for kind in ("mail", "message"):
        assert len(subjects(told, kind, "FAILED 2 tables: the warehouse does not answer")) == 1, told
        assert len(subjects(told, kind, "RECOVERED 2 tables")) == 1, told
    assert time.monotonic() - started > 45  # the tries are real
    assert "try 2 of 3; tried again by itself" in told
    airflow.trigger()
