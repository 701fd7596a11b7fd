from __future__ import annotations

from pathlib import Path

import pytest

from local.errors import StackError
from local.settings import Settings, from_environment


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("POSTGRES_PORT", "five", "POSTGRES_PORT is 'five'; expected a port number"),
        ("AWS_PORT", "70000", "AWS_PORT is 70000; expected a port number from 1 to 65535"),
        ("AIRFLOW_PORT", "55432", "AIRFLOW_PORT and POSTGRES_PORT are both 55432"),
        ("COVID_PORT", "8026", "COVID_PORT and INBOX_PORT are both 8026"),
        ("COVID", "real", "COVID is 'real'; expected one of local, internet"),
        ("EXECUTOR", "kubernetes", "EXECUTOR is 'kubernetes'; expected one of local, celery"),
        ("WORKERS", "two", "WORKERS is 'two'; expected how many"),
        ("WORKERS", "0", "WORKERS is 0; expected a number from 1 to 16"),
        ("WATCH", "listen", "WATCH is 'listen'; expected one of off, poll, notify"),
        ("STATE_DIR", __file__, "a file; expected a folder"),
        ("DAGS_FOLDER", "/nonexistent", "DAGS_FOLDER is /nonexistent, which is no folder"),
    ],
)
def test_a_bad_value_is_named_with_what_is_expected(tmp_path: Path, variable: str, value: str, said: str) -> None:
    with pytest.raises(StackError, match=said):
        from_environment({"STATE_DIR": str(tmp_path), variable: value})


def test_what_a_stack_was_started_with_is_found_by_its_state_folder(tmp_path: Path) -> None:
    started = from_environment(
        {"STATE_DIR": str(tmp_path), "AWS_PORT": "5001", "WATCH": "poll", "DAGS_FOLDER": str(tmp_path)}
    )
    started.remember()
    assert from_environment({"STATE_DIR": str(tmp_path)}) == started


def test_the_environment_beats_what_is_remembered(tmp_path: Path) -> None:
    Settings(state_dir=tmp_path, aws_port=5001).remember()
    assert from_environment({"STATE_DIR": str(tmp_path), "AWS_PORT": "5002"}).aws_port == 5002


@pytest.mark.parametrize("damage", ["{", "[]", '{"dags_folder": "/a/clone/that/was/moved"}'])
def test_a_damaged_memory_falls_back_to_the_defaults(tmp_path: Path, damage: str) -> None:
    (tmp_path / "settings.json").write_text(damage)
    assert from_environment({"STATE_DIR": str(tmp_path)}) == Settings(state_dir=tmp_path)
