"""What the commands make of Docker's and Mailpit's words, and of a `STACK` that there is not."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import cast

import pytest

from local import __main__ as commands
from local.compose import containers, env_files
from local.compose.containers import Containers
from local.faildemo.arrivals import Arrivals
from local.stack import Stack

INSPECTED = {
    "Config": {"Labels": {"com.docker.compose.service": "worker", "com.docker.compose.container-number": "2"}},
    "State": {
        "Running": True,
        "Pid": 17,
        "StartedAt": "2026-11-21T08:51:12.578875Z",
        "Health": {"Status": "unhealthy"},
    },
    "NetworkSettings": {"Ports": {"8080/tcp": [{"HostIp": "127.0.0.1", "HostPort": "18080"}], "5555/tcp": None}},
}
"""The part of `docker inspect` that is read, as Docker 20.10 writes it."""

WORDS = "No module named totes"
DOCKER = """#!/bin/sh
case "$*" in
  *" ps --all --quiet") echo 4f2a ;;
  "inspect 4f2a") cat {inspected} ;;
  *" logs --no-color --no-log-prefix --tail 50 worker") printf '\\033[2KNo module named totes' ;;
  *" config --services") printf 'airflow-init\\nscheduler\\nworker\\n' ;;
  *) exit 1 ;;
esac
"""
"""A Docker with one container of three services that ought to be there, one of which has an end."""

ANSWERS = {
    "/api/timeline": [{"id": "1", "kind": "message", "event": "failed", "subject": "FAILED dim_staff"}],
    "/api/v1/messages?limit=100": {"messages": [{"ID": "b", "Subject": "RECOVERED"}, {"ID": "a", "Subject": "FAILED"}]},
    "/api/v1/message/a/headers": {"X-Totes-Event": ["failed"]},
    "/api/v1/message/b/headers": {"X-Totes-Event": ["recovered"]},
}
"""Mailpit's are as its documentation has them (docs/apiv1 of its repository)."""


class Answering(BaseHTTPRequestHandler):
    """Answers as `ANSWERS` says, once `open_` is set; before, nothing has arrived."""

    open_ = False

    def do_GET(self) -> None:  # http.server's
        empty: object = [] if "timeline" in self.path else {"messages": []}
        body = json.dumps(ANSWERS[self.path] if self.open_ else empty).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # http.server's
        """Say nothing."""


@dataclass(frozen=True)
class Place:
    """Where a page is."""

    url: str


@dataclass(frozen=True)
class Reached:
    """What `Arrivals` asks a stack for."""

    inbox: Place
    mailpit_url: str


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_mails_are_found_in_mailpit_and_messages_in_the_inbox_each_once(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrivals = Arrivals(cast("Stack", Reached(Place(url), url)))
    monkeypatch.setattr(Answering, "open_", True)
    seen = [(one.kind, one.event, one.url.removeprefix(url)) for one in arrivals.fresh()]
    assert seen == [
        ("message", "failed", "/#messages/1"),
        ("mail", "failed", "/view/a"),
        ("mail", "recovered", "/view/b"),
    ]
    assert list(arrivals.fresh()) == []


def test_a_container_is_told_as_the_supervisor_tells_a_program() -> None:
    told = containers._program(INSPECTED)
    assert (told["name"], told["statename"], told["pid"]) == ("worker-2", "UNHEALTHY", 17)
    assert told["start"] == 1795251072
    stopped = {**INSPECTED, "State": {**cast("dict[str, object]", INSPECTED["State"]), "Running": False}}
    assert containers._program(stopped)["statename"] == "STOPPED"


@pytest.mark.parametrize(("text", "mib"), [("312.5MiB", 312.5), ("1.5GiB", 1536), ("512KiB", 0.5), ("0B", 0)])
def test_memory_is_read_in_every_unit(text: str, mib: float) -> None:
    assert containers._mib(text) == mib


def test_a_stack_that_there_is_not_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STACK", "swarm")
    assert commands.main(["status"]) == 1
    assert "STACK is 'swarm'; expected embedded or compose" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["run", "stop", "status", "logs", "airflow"])
def test_without_docker_it_is_said_what_is_missing(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    env_files.write(tmp_path, {"STATE_DIR": str(tmp_path / "state")})
    monkeypatch.setattr(commands, "ROOT", tmp_path)
    monkeypatch.setattr(containers, "ROOT", tmp_path)
    monkeypatch.setenv("STACK", "compose")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert commands.main([verb]) == 1
    assert "STACK=compose needs Docker, and there is no `docker` on PATH" in capsys.readouterr().out


@pytest.fixture
def unwell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Containers:
    (tmp_path / "inspected").write_text(json.dumps([INSPECTED]))
    docker = tmp_path / "docker"
    docker.write_text(DOCKER.format(inspected=tmp_path / "inspected"))
    docker.chmod(0o700)
    env_files.write(tmp_path, {})
    monkeypatch.setattr(containers, "ROOT", tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    return Containers(tmp_path / "logs")


def test_what_is_not_well_has_its_last_words_told(unwell: Containers) -> None:
    assert unwell.last_words() == f"\n\nThe end of the log of worker:\n{WORDS}"


def test_the_ports_of_running_containers_are_no_other_programs(unwell: Containers) -> None:
    assert unwell.published_ports() == {18080}


def test_a_service_that_ought_to_run_and_has_no_container_is_told_as_stopped(unwell: Containers) -> None:
    told = unwell.programs()
    assert [(one["name"], one["statename"]) for one in told] == [("scheduler", "STOPPED"), ("worker-2", "UNHEALTHY")]
    assert set(told[0]) == set(told[1])
