"""`make dashboard`, where there is nothing to show."""

import os
import subprocess
import sys
from pathlib import Path

from local.settings import ROOT


def test_without_a_running_stack_it_says_how_to_start_one(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "local", "dashboard"],
        cwd=ROOT,
        env={**os.environ, "STATE_DIR": str(tmp_path / "state")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "start the stack with `make run`" in done.stdout
