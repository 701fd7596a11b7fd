"""The stack on Celery: what it starts, and that its Redis is behind a password that nobody sees."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from local import program, redis
from local.errors import StackError
from local.redis import Redis
from local.settings import Settings
from local.stack import Stack
from tests.ports import free_ports

PASSWORD = "a-password-of-the-test"  # noqa: S105  of a server that ends with the test


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(Settings(state_dir=tmp_path / "state", executor="celery", workers=3, slots=2, **free_ports()))


def test_without_a_redis_it_is_said_how_to_get_one(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(StackError, match="apt install redis-server"):
        stack.programs()


def test_workers_and_redis_are_programs_of_a_stack_on_celery_only(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    names = [one.name for one in stack.programs()]
    assert [name for name in names if name == "redis" or name.startswith("worker-")] == [
        "redis",
        "worker-1",
        "worker-2",
        "worker-3",
    ]
    assert "REDIS_PORT" in stack.settings.ports_of_programs()
    local = Stack(Settings(state_dir=stack.settings.state_dir, **free_ports()))
    assert {one.name for one in local.programs()} == set(names) - {"redis", "worker-1", "worker-2", "worker-3"}
    assert "REDIS_PORT" not in local.settings.ports_of_programs()
    assert not [name for name in local.airflow.environment() if "CELERY" in name]


def test_airflow_has_as_many_slots_as_the_workers(stack: Stack) -> None:
    environment = stack.airflow.environment()
    assert environment["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert environment["AIRFLOW__CORE__PARALLELISM"] == "6"
    assert environment["AIRFLOW__CELERY__WORKER_CONCURRENCY"] == "2"
    assert environment["AIRFLOW__CELERY__BROKER_URL"].startswith("redis://:")


def test_the_password_is_in_a_file_of_its_owner_alone(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    server = stack.redis
    assert server is not None
    command = server.program().command
    assert not [part for part in command if stack.secrets.redis in part]
    file = Path(command[1])
    assert stack.secrets.redis in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.skipif(not any(map(shutil.which, redis.SERVERS)), reason="no redis-server on this machine")
def test_redis_answers_whoever_knows_the_password(tmp_path: Path) -> None:
    (port,) = (port for name, port in free_ports().items() if name == "redis_port")
    server = Redis(tmp_path / "redis", port, PASSWORD)
    with program.running(server.program(), tmp_path / "redis.log", server.is_ready):
        assert server.is_ready()
        assert not Redis(tmp_path / "redis", port, "another").is_ready()
