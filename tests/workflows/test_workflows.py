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


@pytest.mark.parametrize(("end", "code"), [("SUCCEEDED", 0), ("FAILED", 1), ("TIMED_OUT", 1), ("", 1)])
def test_the_smoke_test_s_build_is_waited_for_and_its_end_is_the_script_s(tmp_path: Path, end: str, code: int) -> None:
    """Against a made-up `aws` that says IN_PROGRESS once, and nothing at all in the last case."""
    answers = f"""#!/bin/sh
    echo "$*" >> {tmp_path}/asked
    case "$2" in
      start-build) echo totes-dev-smoke:1234 ;;
      get-log-events) echo "its words" ;;
      *) if mkdir {tmp_path}/once 2> /dev/null; then echo IN_PROGRESS; else echo "{end}"; [ -n "{end}" ]; fi ;;
    esac
    """
    for name, text in {"aws": answers, "sleep": "#!/bin/sh\n"}.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    command = [str(FOLDER / "smoke.sh"), "totes-dev"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (code, f"its words\ntotes-dev-smoke: {end}\n")
    assert "--log-group-name /totes-dev/smoke --log-stream-name 1234" in (tmp_path / "asked").read_text()


def _run(tool: str, *arguments: str) -> None:
    done = subprocess.run([TOOLS / tool, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
