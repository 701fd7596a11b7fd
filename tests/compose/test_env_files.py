"""What `make env` writes: for whose eyes, what is kept, and that both stacks tell Airflow the same."""

from __future__ import annotations

import stat
from dataclasses import fields
from pathlib import Path

import pytest

from local.compose import env_files
from local.errors import StackError
from local.secrets_store import Secrets
from local.settings import from_environment
from local.stack import Stack

NAMES = {".env", ".env.airflow", ".env.aws", ".env.covid", ".env.inbox"}


def values(file: Path) -> dict[str, str]:
    pairs = (line.partition("=") for line in file.read_text().splitlines() if not line.startswith("#"))
    return {name: text.strip("'") for name, _, text in pairs}


def test_every_file_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    env_files.write(tmp_path, {})
    assert {file.name for file in tmp_path.iterdir()} == NAMES
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}


def test_a_second_call_keeps_passwords_and_choices_and_takes_new_ones(tmp_path: Path) -> None:
    env_files.write(tmp_path, {"AIRFLOW_PORT": "9090", "BI": "1"})
    first = values(tmp_path / ".env")
    choices = env_files.write(tmp_path, {"POSTGRES_PORT": "9091"})
    second = values(tmp_path / ".env")
    assert (choices.settings.airflow_port, choices.settings.postgres_port, choices.bi) == (9090, 9091, True)
    assert {name: text for name, text in second.items() if name != "POSTGRES_PORT"} == {
        name: text for name, text in first.items() if name != "POSTGRES_PORT"
    }


def test_what_is_missing_is_added(tmp_path: Path) -> None:
    env_files.write(tmp_path, {})
    lines = (tmp_path / ".env").read_text().splitlines()
    (tmp_path / ".env").write_text("\n".join(line for line in lines if "TOTES_SECRET_REDIS" not in line))
    with pytest.raises(StackError, match="lacks redis; call `make env`"):
        env_files.secrets_of(env_files.read(tmp_path))
    env_files.write(tmp_path, {})
    assert env_files.secrets_of(env_files.read(tmp_path)).redis


def test_what_somebody_else_wrote_into_the_file_stays(tmp_path: Path) -> None:
    env_files.write(tmp_path, {})
    with (tmp_path / ".env").open("a") as file:
        file.write("COMPOSE_PROJECT_NAME=second\n")
    env_files.write(tmp_path, {"BI": "1"})
    assert values(tmp_path / ".env")["COMPOSE_PROJECT_NAME"] == "second"


def test_a_clone_that_is_moved_or_copied_means_its_own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_files.write(tmp_path, {})
    assert str(env_files.ROOT) not in (tmp_path / ".env").read_text()
    (tmp_path / "moved" / "dags").mkdir(parents=True)
    (tmp_path / ".env").rename(tmp_path / "moved" / ".env")
    monkeypatch.setattr(env_files, "ROOT", tmp_path / "moved")
    settings = env_files.write(tmp_path / "moved", {}).settings
    assert settings.dags_folder == tmp_path / "moved" / "dags"
    assert settings.state_dir == tmp_path / "moved" / ".state" / "compose"


def test_a_folder_elsewhere_is_kept_whole_and_one_that_the_file_cannot_hold_is_refused(tmp_path: Path) -> None:
    for name in ("my dags", "my dad's"):
        (tmp_path / name).mkdir()
    env_files.write(tmp_path, {"DAGS_FOLDER": str(tmp_path / "my dags")})
    assert env_files.write(tmp_path, {}).settings.dags_folder == tmp_path / "my dags"
    with pytest.raises(StackError, match="DAGS_FOLDER: a single quote"):
        env_files.write(tmp_path, {"DAGS_FOLDER": str(tmp_path / "my dad's")})


def test_airflow_runs_as_whose_the_clone_is_and_never_as_root(tmp_path: Path) -> None:
    env_files.write(tmp_path, {})
    owner = tmp_path.stat().st_uid
    assert values(tmp_path / ".env")["AIRFLOW_UID"] == str(owner or 50000)


def test_without_the_file_it_is_said_how_to_write_it(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="write it with `make env`"):
        env_files.read(tmp_path)


@pytest.mark.parametrize(
    ("environ", "why"),
    [
        ({"MAILPIT_PORT": "mail"}, "MAILPIT_PORT is 'mail'"),
        ({"EXECUTOR": "dask"}, "EXECUTOR is 'dask'"),
        ({"MAILPIT_PORT": "8026"}, "INBOX_PORT and MAILPIT_PORT are both 8026"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(tmp_path: Path, environ: dict[str, str], why: str) -> None:
    with pytest.raises(StackError, match=why):
        env_files.write(tmp_path, environ)
    assert not list(tmp_path.iterdir())


def test_both_stacks_tell_airflow_the_same_but_for_where_things_are(tmp_path: Path) -> None:
    env_files.write(tmp_path, {})
    compose = values(tmp_path / ".env.airflow")
    embedded = Stack(from_environment({"STATE_DIR": str(tmp_path / "state")})).airflow.environment()
    ours = {name for name in embedded if name.startswith("AIRFLOW")}
    assert ours == {name for name in compose if name.startswith("AIRFLOW")}
    assert {name for name in ours if compose[name] != embedded[name]} == {
        "AIRFLOW_HOME",
        *(f"AIRFLOW_CONN_{name}" for name in ("TOTESYS", "WAREHOUSE", "WAREHOUSE_READER", "TOTES_AWS", "SMTP_DEFAULT")),
        *(f"AIRFLOW__API__{name}" for name in ("HOST", "SECRET_KEY")),
        "AIRFLOW__API_AUTH__JWT_SECRET",
        *(
            f"AIRFLOW__CORE__{name}"
            for name in ("DAGS_FOLDER", "PLUGINS_FOLDER", "EXECUTION_API_SERVER_URL", "FERNET_KEY")
        ),
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER",
        "AIRFLOW__TOTES__PLAINTEXT_HOSTS",
    }


def test_each_secret_is_generated(tmp_path: Path) -> None:
    env_files.write(tmp_path, {})
    found = env_files.secrets_of(values(tmp_path / ".env"))
    given = [getattr(found, field.name) for field in fields(Secrets)]
    assert len(set(given)) == len(given)
    assert min(map(len, given)) >= 20
