"""Which interpreter the set-up takes, and what it says when it cannot go on."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from local.settings import ROOT

TOOLS = ("sh", "awk", "cat", "cksum", "cp", "dirname", "head", "ls", "mkdir", "rm", "sed", "sort", "tail")


@dataclass(frozen=True)
class Machine:
    """A clone, a PATH and a home folder on which only what a test puts there exists."""

    clone: Path
    bin: Path
    home: Path

    def python(self, where: str, version: str, *, venv: bool = True) -> Path:
        """Put an interpreter that tells its version, and fails to make a virtual environment."""
        return self.program(
            where,
            f'case "$2" in *version_info*) echo {version};; *ensurepip*) exit {0 if venv else 1};; *) exit 9;; esac',
        )

    def program(self, where: str, script: str) -> Path:
        file = self.home / where if "/" in where else self.bin / where
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
        return file

    def setup(self, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.clone / "local" / "setup.sh")],
            env={"PATH": str(self.bin), "HOME": str(self.home), **env},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path / "clone", tmp_path / "bin", tmp_path / "home")
    for folder in (made.clone / "local", made.bin, made.home):
        folder.mkdir(parents=True)
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (made.bin / tool).symlink_to(found)
    shutil.copy(ROOT / "local" / "setup.sh", made.clone / "local")
    shutil.copy(ROOT / "requirements.lock", made.clone)
    return made


def test_3_12_is_preferred_to_the_machines_python3(machine: Machine) -> None:
    machine.python("python3", "3.13")
    chosen = machine.python("python3.12", "3.12")
    assert f"Setting up .venv with Python 3.12 ({chosen})" in machine.setup().stdout


def test_a_link_to_another_environment_is_not_emptied(machine: Machine) -> None:
    machine.python("python3", "3.12")
    kept = machine.home / "another" / ".complete"
    kept.parent.mkdir()
    kept.touch()
    (machine.clone / ".venv").symlink_to(kept.parent)
    done = machine.setup()
    assert done.returncode == 1
    assert f".venv is a link to {kept.parent}; expected a folder of this clone's own." in done.stderr
    assert kept.exists()


def test_a_shim_that_does_not_execute_gives_way_to_pyenvs_newest(machine: Machine) -> None:
    machine.program("python3.12", "echo 'pyenv: python3.12: command not found' >&2; exit 127")
    machine.python("python3", "3.13")
    machine.python(".pyenv/versions/3.12.9/bin/python", "3.12")
    chosen = machine.python(".pyenv/versions/3.12.10/bin/python", "3.12")
    assert f"({chosen})" in machine.setup().stdout


def test_without_3_12_a_python3_that_fits_serves(machine: Machine) -> None:
    chosen = machine.python("python3", "3.13")
    assert f"Setting up .venv with Python 3.13 ({chosen})" in machine.setup().stdout


def test_pyenvs_3_11_serves_if_python3_is_too_old(machine: Machine) -> None:
    machine.python("python3", "3.9")
    chosen = machine.python(".pyenv/versions/3.11.7/bin/python", "3.11")
    assert f"Setting up .venv with Python 3.11 ({chosen})" in machine.setup().stdout


def test_too_old_a_python_gets_a_sentence_and_the_remedy(machine: Machine) -> None:
    machine.python("python3", "3.9")
    done = machine.setup()
    assert done.returncode == 1
    assert "python3 is Python 3.9; needed is 3.11, 3.12 or 3.13" in done.stderr
    assert "make run PYTHON=" in done.stderr


def test_no_python_at_all_is_said(machine: Machine) -> None:
    done = machine.setup()
    assert done.returncode == 1
    assert "python3 is nothing that executes" in done.stderr


def test_uv_is_asked_for_one_where_none_fits(machine: Machine) -> None:
    given = machine.python("given/by/uv/python", "3.12")
    machine.program("uv", f'case "$2" in find) echo {given};; esac')
    assert f"Setting up .venv with Python 3.12 ({given})" in machine.setup().stdout


def test_an_unsuitable_choice_of_ones_own_is_refused(machine: Machine) -> None:
    machine.python("python3.12", "3.12")
    chosen = machine.python("python3.14", "3.14")
    done = machine.setup(PYTHON=str(chosen))
    assert done.returncode == 1
    assert f"PYTHON={chosen} is Python 3.14; expected Python 3.11, 3.12 or 3.13" in done.stderr


def test_a_missing_venv_module_names_debians_package(machine: Machine) -> None:
    machine.python("python3", "3.11", venv=False)
    done = machine.setup()
    assert done.returncode == 1
    assert "apt install python3.11-venv" in done.stderr


def test_without_network_nothing_half_made_counts_as_complete(machine: Machine) -> None:
    base = str(Path(sys.base_prefix) / "bin" / f"python{sys.version_info.major}.{sys.version_info.minor}")
    cut_off = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "0",
        "PIP_NO_CACHE_DIR": "1",
    }
    for _ in range(2):
        done = machine.setup(PYTHON=base, **cut_off)
        assert done.returncode == 1
        assert "The set-up needs the network" in done.stderr
        assert "Setting up .venv" in done.stdout
    assert not (machine.clone / ".venv" / ".complete").exists()


def test_a_complete_set_up_is_left_alone_until_the_lock_changes(machine: Machine) -> None:
    copies_itself = 'mkdir -p .venv/bin; cp "$0" .venv/bin/python'
    machine.program("python3.12", f'case "$2" in *version_info*) echo 3.12;; venv) {copies_itself};; esac')
    assert "Set up\n" in machine.setup().stdout
    assert machine.setup().stdout == ""
    with (machine.clone / "requirements.lock").open("a") as lock:
        lock.write("# changed\n")
    assert "Set up\n" in machine.setup().stdout
    assert machine.setup().stdout == ""
