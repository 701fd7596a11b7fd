"""The workflows are what GitHub takes, and ask for no more than they need."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from local.settings import ROOT

FOLDER = ROOT / ".github" / "workflows"
WORKFLOWS = sorted(FOLDER.glob("*.yml"))
TOOLS = Path(sys.executable).parent


def test_there_are_two() -> None:
    assert [path.name for path in WORKFLOWS] == ["ci.yml", "deploy.yml"]


def test_schema() -> None:
    _run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *map(str, WORKFLOWS))


def test_zizmor_finds_nothing() -> None:
    _run("zizmor", "--offline", "--persona", "pedantic", "--no-progress", str(FOLDER))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_with_their_version_beside(path: Path) -> None:
    used = re.findall(r"uses: (.*)", path.read_text())
    assert used
    for action in used:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action), action


def test_an_action_has_one_commit() -> None:
    used = {match for path in WORKFLOWS for match in re.findall(r"uses: ([\w./-]+)@(\w+)", path.read_text())}
    assert len({name for name, _ in used}) == len(used)


def test_commands_of_make_and_scripts_exist() -> None:
    made = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join(path.read_text() for path in WORKFLOWS)
    asked = {target for line in re.findall(r"run: make ([a-z -]+)", text) for target in line.split()}
    assert {
        "setup",
        "lint",
        "types",
        "security",
        "audit",
        "test",
        "terraform",
        "env",
        "run",
        "smoke",
        "secrets",
    } == asked
    assert asked <= made
    subprocess.run(["bash", "-n", str(FOLDER / "smoke.sh")], check=True)  # noqa: S607  any bash


def test_a_rollback_has_the_time_it_may_take() -> None:
    """A job whose time is over is ended within five minutes, whatever it does: so its steps must be over before."""
    text = (FOLDER / "deploy.yml").read_text()
    (whole,) = re.findall(r"^    timeout-minutes: (\d+)", text, re.MULTILINE)
    steps = re.findall(r"(?:--minutes|^        timeout-minutes:) (\d+)", text, re.MULTILINE)
    update, wait, smoke, rollback = map(int, steps)
    begins, preparation = 5, 20
    of_rollback = 2 * rollback + begins
    assert update + begins + wait + smoke <= 120 - 10, "the first session of the deploy role"
    assert of_rollback <= 120 - 10, "the second one"
    assert preparation + update + begins + wait + smoke + of_rollback <= int(whole)


def _run(tool: str, *arguments: str) -> None:
    done = subprocess.run([TOOLS / tool, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
