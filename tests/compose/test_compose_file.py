"""docker-compose.yaml and the Dockerfiles: what Compose, the schema and hadolint make of them, and what must hold."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.compose import env_files
from local.compose.containers import ONCE
from local.settings import ROOT
from tests.compose import left_out

FILE = ROOT / "docker-compose.yaml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(FILE.read_text())["services"]
OURS = {name for name, one in SERVICES.items() if one["image"] == "totes-etl-airflow"}
BIN = Path(sys.executable).parent


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compose file alone; without Compose the test is left out, or fails where it must not be."""
    if not left_out.has_compose():
        (pytest.fail if left_out.is_required() else pytest.skip)(left_out.MISSING)
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(FILE, folder)
    return folder


def config(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = ["docker", "compose", "--project-directory", str(project), *arguments]
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_compose_refuses_to_start_without_env_and_says_what_to_do(project: Path) -> None:
    told = config(project, "config", "--quiet")
    assert told.returncode != 0
    assert "run `make env` first" in told.stderr


@pytest.mark.parametrize(
    ("environ", "more"),
    [
        ({}, set()),
        ({"EXECUTOR": "celery", "WORKERS": "3"}, {"redis", "worker"}),
        ({"BI": "1"}, {"metabase", "metabase-setup"}),
    ],
    ids=["local", "celery", "bi"],
)
def test_compose_reads_what_make_env_wrote(project: Path, environ: dict[str, str], more: set[str]) -> None:
    for file in project.glob(".env*"):
        file.unlink()
    env_files.write(project, environ)
    told = config(project, "config", "--format", "json")
    assert told.returncode == 0, told.stderr
    services = json.loads(told.stdout)["services"]
    assert set(services) == {name for name, one in SERVICES.items() if "profiles" not in one} | more
    airflow = services["triggerer"]["environment"]
    expected = "CeleryExecutor" if "worker" in more else "LocalExecutor"
    assert airflow["AIRFLOW__CORE__EXECUTOR"] == expected
    assert json.loads(airflow["AIRFLOW_CONN_WAREHOUSE"])["host"] == "postgres"
    assert services["postgres"]["command"][:3] == ["postgres", "-c", "max_connections=100"]
    if "worker" in more:
        assert services["worker"]["scale"] == 3


def test_only_who_needs_them_is_told_the_superusers_and_the_shops_passwords(project: Path) -> None:
    env_files.write(project, {"EXECUTOR": "celery", "BI": "1"})
    services = json.loads(config(project, "config", "--format", "json").stdout)["services"]
    secrets = env_files.secrets_of(env_files.read(project))
    told = {name for name, one in services.items() if secrets.postgres in json.dumps(one)}
    assert told == {"postgres", "airflow-init"}
    assert {name for name, one in services.items() if secrets.shop in json.dumps(one)} == {"airflow-init"}


def test_the_file_follows_the_compose_specification() -> None:
    subprocess.run([BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", FILE], check=True)


@pytest.mark.parametrize("file", ["Dockerfile", "docker/aws/Dockerfile"])
def test_hadolint_finds_nothing(file: str) -> None:
    done = subprocess.run(
        [BIN / "hadolint", "--failure-threshold", "style", ROOT / file], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_contained(name: str) -> None:
    one = SERVICES[name]
    assert one["cap_drop"] == ["ALL"]
    assert one["security_opt"] == ["no-new-privileges:true"]
    assert one["mem_limit"]
    assert all(port.startswith("127.0.0.1:") for port in one.get("ports", []))
    assert not {"privileged", "network_mode", "pid", "cap_add"} & set(one)
    if name in ONCE:
        assert one["restart"] == "no"
    else:
        assert one["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}
        assert one["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", ONCE)
def test_who_ends_is_waited_for_or_compose_takes_the_end_for_a_failure(name: str) -> None:
    waits = {"condition": "service_completed_successfully"}
    waiting = [
        one for one in SERVICES.values() if "profiles" not in one and one.get("depends_on", {}).get(name) == waits
    ]
    assert waiting


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_runs_as_root(name: str) -> None:
    if "user" in SERVICES[name]:
        assert str(SERVICES[name]["user"]).split(":")[0] not in {"", "0", "root"}
    else:
        user = (ROOT / SERVICES[name]["build"] / "Dockerfile").read_text().rpartition("\nUSER ")[2].split()[0]
        assert int(user) > 0


def test_the_code_is_mounted_and_cannot_be_written() -> None:
    assert {"scheduler", "worker", "dag-processor", "triggerer", "api-server"} <= OURS
    for name in OURS:
        code = [volume for volume in SERVICES[name]["volumes"] if volume.startswith((".", "${DAGS_FOLDER"))]
        assert code
        assert all(volume.endswith(":ro") for volume in code)


def test_no_password_is_in_the_file() -> None:
    assert not [line for line in FILE.read_text().splitlines() if "PASSWORD:" in line and "${TOTES_SECRET_" not in line]


def test_the_stand_ins_requirements_are_those_of_the_lock() -> None:
    def pins(file: str) -> set[str]:
        return {
            line.split()[0] for line in (ROOT / file).read_text().splitlines() if "==" in line and line[0].isalnum()
        }

    assert pins("docker/aws/requirements.txt")
    assert pins("docker/aws/requirements.txt") <= pins("requirements.lock")


def test_what_the_image_copies_its_user_may_read_whatever_the_clones_modes() -> None:
    copied = [line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("COPY ")]
    assert copied
    assert all(line.startswith("COPY --chown=airflow:0 ") for line in copied)
