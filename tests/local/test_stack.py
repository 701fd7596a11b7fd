"""A whole embedded stack with a small DAG: what it shows, what survives, and that it ends."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import psutil
import psycopg
import pytest

from include.environment import DAG_ID
from local import accounts, first_run, secrets_store
from local.airflow_settings import MAIL_FROM, MAIL_TO
from local.errors import StackError
from local.settings import ROOT, Settings
from local.stack import STOP_ORDER, Stack
from tests.ports import free_port, free_ports

pytestmark = pytest.mark.airflow

NAP_S = "7654"  # found again in the list of processes
DAG_FILE = f'''
import subprocess
import time
from datetime import datetime, timezone
from pathlib import Path

from airflow.sdk import DAG, CronDataIntervalTimetable, TaskGroup, task

with DAG(
    "totes_etl",
    schedule=CronDataIntervalTimetable("*/5 * * * *", timezone="UTC"),
    start_date=datetime(2025, 1, 1, tzinfo=timezone.utc),
    catchup=False,
):
    with TaskGroup("dim_one"):

        @task
        def extract(params: dict) -> None:
            if Path(__file__).with_name("sleepy").exists():
                subprocess.Popen(["sleep", "{NAP_S}"], start_new_session=True)
                time.sleep({NAP_S})

        @task
        def load() -> None:
            if Path(__file__).with_name("broken").exists():
                raise ValueError("broken on purpose")

        extract() >> load()
'''

SEND_A_MAIL = f"""
from airflow.providers.smtp.hooks.smtp import SmtpHook

with SmtpHook() as hook:
    hook.send_email_smtp(to="{MAIL_TO}", subject="From Airflow", html_content="<p>Hello</p>")
"""


@pytest.fixture(scope="module")
def dags(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dags")
    (folder / "totes_etl.py").write_text(DAG_FILE)
    return folder


@pytest.fixture(scope="module")
def settings(dags: Path, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(
        state_dir=tmp_path_factory.mktemp("stack") / "state",
        dags_folder=dags,
        durable=False,
        **free_ports(),
    )


@pytest.fixture(scope="module")
def stack(settings: Settings) -> Iterator[Stack]:
    started = Stack(settings)
    try:
        started.up()
        yield started
    finally:
        started.down()
        shutil.rmtree(accounts.outside(settings.state_dir), ignore_errors=True)


def command(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What make calls, as a person would: all it is told is where the state is."""
    return subprocess.run(
        [sys.executable, "-m", "local", *arguments],
        cwd=ROOT,
        env={**os.environ, "STATE_DIR": str(settings.state_dir)},
        capture_output=True,
        text=True,
        check=False,
    )


def eventually(condition: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, condition
        time.sleep(0.2)


def naps() -> list[int]:
    return [p.pid for p in psutil.process_iter(["cmdline"]) if p.info["cmdline"] == ["sleep", NAP_S]]


def test_everything_listens_on_the_loopback_address_alone(stack: Stack) -> None:
    listening = {
        (connection.laddr.ip, connection.laddr.port)
        for process in stack.processes()
        for connection in process.net_connections("inet")
        if connection.status in (psutil.CONN_LISTEN, psutil.CONN_NONE)
    }
    assert listening == {("127.0.0.1", port) for port in stack.settings.ports_of_programs().values()}


def test_no_secret_is_on_a_command_line_or_in_a_file_that_others_can_read(stack: Stack) -> None:
    secrets = [text.encode() for text in secrets_store.as_texts(stack.secrets)]
    lines = [" ".join(p.info["cmdline"] or []).encode() for p in psutil.process_iter(["cmdline"])]
    assert not [line for line in lines if any(secret in line for secret in secrets)]

    files = [f for f in stack.settings.state_dir.rglob("*") if f.is_file() and "data" not in f.parts]
    holding = [f for f in files if any(secret in f.read_bytes() for secret in secrets)]
    assert stack.settings.state_dir / secrets_store.FILE in holding
    assert {stat.S_IMODE(f.stat().st_mode) for f in holding} == {0o600}
    assert not [f for f in holding if f.is_relative_to(stack.supervisor.logs)]


def test_a_failed_first_run_is_explained_and_the_next_one_is_waited_for(
    stack: Stack, dags: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (dags / "broken").touch()
    with pytest.raises(StackError) as failed:
        first_run.ensure(stack.api, stack.task_logs)
    (dags / "broken").unlink()
    message = str(failed.value)
    assert "failed: dim_one.load." in message
    assert "ValueError: broken on purpose" in message
    assert message.count(str(stack.task_logs)) == 1
    failed_run = stack.api.runs(DAG_ID, limit=1)[0]["dag_run_id"]
    assert "ValueError: broken on purpose" in first_run._failure(stack.api, failed_run, None)
    capsys.readouterr()

    run = first_run.ensure(stack.api, stack.task_logs)
    assert run["state"] == "success"
    assert "dim_one is in the warehouse (1 of 1)" in capsys.readouterr().out
    assert first_run.ensure(stack.api, stack.task_logs)["dag_run_id"] == run["dag_run_id"]
    assert capsys.readouterr().out == ""


def test_a_killed_program_is_started_again(stack: Stack) -> None:
    (aws,) = (one for one in stack.supervisor.programs() if one["name"] == "aws")
    os.kill(aws["pid"], signal.SIGKILL)
    eventually(lambda: stack.supervisor.state("aws") == "RUNNING" and stack.aws.is_ready())
    stack.aws.provision(stack.secrets)


def test_a_stack_that_runs_refuses_other_settings(stack: Stack) -> None:
    other = replace(stack.settings, airflow_port=free_port())
    with pytest.raises(StackError, match="runs with other settings"):
        Stack(other).start_servers()


def test_a_mail_sent_by_airflows_own_connection_is_in_the_inbox(stack: Stack) -> None:
    subprocess.run([sys.executable, "-c", SEND_A_MAIL], env=stack.airflow.environment(), check=True)
    (mail,) = httpx.get(f"{stack.inbox.url}/api/mails", trust_env=False).json()
    assert (mail["subject"], mail["sender"], mail["to"]) == ("From Airflow", MAIL_FROM, MAIL_TO)


def test_status_tells_that_all_runs(stack: Stack) -> None:
    told = command(stack.settings, "status")
    assert told.returncode == 0, told.stdout + told.stderr
    assert [line.split()[0] for line in told.stdout.splitlines() if " running " in line] == sorted(STOP_ORDER)


def test_what_a_killed_supervisor_leaves_is_ended_and_the_next_start_finds_the_data(
    stack: Stack, dags: Path, settings: Settings
) -> None:
    with psycopg.connect(stack.conninfo("totesys", "shop")) as conn:
        conn.execute("CREATE TABLE kept AS SELECT 1 AS x")
    (dags / "sleepy").touch()
    stack.api.trigger("totes_etl")
    eventually(naps)
    record = stack.supervisor.record()
    assert record is not None
    os.kill(record.pid, signal.SIGKILL)
    eventually(lambda: not stack.supervisor.alive())
    assert command(settings, "status").returncode == 1

    stopped = command(settings, "stop")
    assert "none is left" in stopped.stdout, stopped.stdout + stopped.stderr
    assert stack.processes() == []
    assert naps() == []
    assert not [port for port in settings.ports().values() if _somebody_listens(port)]

    (dags / "sleepy").unlink()
    again = Stack(settings)
    again.up()
    with psycopg.connect(again.conninfo("totesys", "totes_reader")) as conn:
        assert conn.execute("SELECT x FROM kept").fetchone() == (1,)
    assert again.api.dag("totes_etl")


def test_stop_leaves_no_process(stack: Stack, settings: Settings) -> None:
    before = stack.processes()
    assert len(before) > len(STOP_ORDER)
    stopped = command(settings, "stop")
    assert (stopped.returncode, stopped.stderr) == (0, "")
    assert "processes have ended, none is left" in stopped.stdout
    assert not [process for process in before if process.is_running() and process.status() != psutil.STATUS_ZOMBIE]
    assert "Nothing runs" in command(settings, "stop").stdout


def test_a_port_in_use_is_said_before_anything_is_started(dags: Path, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = Settings(state_dir=tmp_path / "state", dags_folder=dags, **{**free_ports(), "aws_port": port})
        with pytest.raises(StackError, match=rf"port {port} \(AWS_PORT\).*make run AWS_PORT="):
            Stack(settings).start_servers()
    assert Stack(settings).processes() == []
    assert not (tmp_path / "state" / "postgres" / "data").exists()


def _somebody_listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
