"""`python -m include.analytics` as it is called: what it says, how it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Thread

import httpx
import psycopg
import pytest

from local.settings import ROOT
from tests.conftest import WarehouseDb
from tests.ports import free_port

TOKEN = "a-token-of-the-tests"  # noqa: S105
COMMAND = [sys.executable, "-m", "include.analytics"]


def environment(conninfo: str = "", token: str = TOKEN, **more: str) -> dict[str, str]:
    """What the program is told; ``conninfo`` as an Airflow connection."""
    parts = psycopg.conninfo.conninfo_to_dict(conninfo)
    connection = {
        "conn_type": "postgres",
        "host": parts.get("host"),
        "port": parts.get("port"),
        "login": parts.get("user"),
        "password": parts.get("password"),
        "schema": parts.get("dbname"),
    }
    given = {"AIRFLOW_CONN_WAREHOUSE_READER": json.dumps(connection)} if conninfo else {}
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TOTES_DASHBOARD_TOKEN": token, **given, **more}


@contextmanager
def serving(env: dict[str, str], *arguments: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The program while it serves, and what it said first."""
    with subprocess.Popen(
        [*COMMAND, *arguments],
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),  # as in a shell's background
    ) as started:
        lines: Queue[str] = Queue()
        assert started.stdout
        reading = Thread(target=lambda: [lines.put(line) for line in started.stdout or ()])
        reading.start()
        said = ""
        while "Ctrl-C" not in said:
            said += lines.get(timeout=60)
        try:
            yield started, said
        finally:
            started.send_signal(signal.SIGINT)
            try:
                started.wait(20)
            finally:
                started.kill()  # what does not end would be waited for without an end
            reading.join()


def refused(env: dict[str, str], *arguments: str) -> str:
    """What the program says that does not start."""
    done = subprocess.run([*COMMAND, *arguments], env=env, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, ""), done
    return done.stderr


def ask(port: int, path: str, **options: object) -> httpx.Response:
    deadline = time.monotonic() + 20
    while True:
        try:
            return httpx.get(f"http://127.0.0.1:{port}{path}", trust_env=False, **options)  # type: ignore[arg-type]
        except httpx.ConnectError:
            assert time.monotonic() < deadline
            time.sleep(0.1)


def test_it_serves_pages_and_answers_until_it_is_interrupted(filled_db: WarehouseDb) -> None:
    port = free_port()
    with serving(environment(filled_db.analyst), "--port", str(port)) as (started, said):
        assert f"http://127.0.0.1:{port}/\n" in said
        assert TOKEN not in said
        headers = {"Authorization": f"Bearer {TOKEN}"}
        assert ask(port, "/sales", headers=headers).status_code == 200
        assert ask(port, "/api/v1/sales?period=year", headers=headers).json()["rows"]
        assert ask(port, "/sales").status_code == 401
        assert f"address 127.0.0.1:{port}" in refused(environment(filled_db.analyst), "--port", str(port))
    assert started.returncode == 0


def test_the_address_is_shown_with_the_token_where_that_is_asked_for(filled_db: WarehouseDb) -> None:
    port = free_port()
    with serving(environment(filled_db.analyst), "--port", str(port), "--show-token") as (_, said):
        assert f"http://127.0.0.1:{port}/?token={TOKEN}\n" in said


def test_without_a_token_one_is_made_and_shown(filled_db: WarehouseDb) -> None:
    port = free_port()
    with serving(environment(filled_db.analyst, token=""), "--port", str(port)) as (_, said):
        entry = said.split("dashboards: ")[1].split()[0]
        with httpx.Client(trust_env=False, follow_redirects=True) as client:
            assert client.get(entry).url == f"http://127.0.0.1:{port}/sales"


def test_it_waits_for_a_warehouse_that_does_not_answer() -> None:
    port, nobody = free_port(), free_port()
    env = environment(f"host=127.0.0.1 port={nobody} user=analyst password=secret-word dbname=warehouse")
    with serving(env, "--port", str(port)) as (_, said):
        assert f"Warning: warehouse 127.0.0.1:{nobody}/warehouse" in said
        answer = ask(port, "/api/v1/state", headers={"Authorization": f"Bearer {TOKEN}"})
        assert (answer.status_code, answer.json()["title"]) == (503, "No answer from the warehouse")
        assert str(nobody) not in answer.text
        assert "secret-word" not in said + answer.text


def test_it_warns_where_others_can_reach_it(filled_db: WarehouseDb) -> None:
    with serving(environment(filled_db.analyst), "--host", "0.0.0.0", "--port", str(free_port())) as (_, said):  # noqa: S104
        assert "in the clear" in said
        assert "--name" in said


@pytest.mark.parametrize(
    ("env", "said"),
    [
        (environment(), "setting AIRFLOW_CONN_WAREHOUSE_READER: nothing"),
        (environment("host=127.0.0.1", token="short"), "setting TOTES_DASHBOARD_TOKEN: 5 characters"),  # noqa: S106
        (environment("host=127.0.0.1", AIRFLOW__TOTES__DASHBOARD_FROM="lake"), "expected warehouse or extracts"),
    ],
)
def test_what_is_missing_or_wrong_is_said(env: dict[str, str], said: str) -> None:
    assert said in refused(env, "--port", str(free_port()))


def test_a_warehouse_that_was_never_migrated_is_a_setting_to_correct(pg_server) -> None:
    pg_server.create("bare_warehouse", "warehouse")
    said = refused(environment(pg_server.conninfo("bare_warehouse", "analyst")), "--port", str(free_port()))
    assert "expected a migrated warehouse" in said


def test_an_address_that_is_not_of_this_machine_is_said(filled_db: WarehouseDb) -> None:
    said = refused(environment(filled_db.analyst), "--host", "192.0.2.1", "--port", str(free_port()))
    assert "expected an address of this machine" in said
