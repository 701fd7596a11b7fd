"""What is said when Compose could not be asked what it makes of our file."""

import os
import shutil
import subprocess
from typing import Any

MISSING = "no Docker Compose 2.24 or newer: `docker compose version` must answer (no engine is needed)"
REQUIRED = "TOTES_COMPOSE_TESTS"
"""A variable that is `required` where a run without these tests is a failed one."""


def has_compose() -> bool:
    """Whether the client is there."""
    if not shutil.which("docker"):
        return False
    asked = ["docker", "compose", "version"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def is_required() -> bool:
    """Whether it has to be."""
    return os.environ.get(REQUIRED) == "required"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was not tested."""
    skipped = terminalreporter.stats.get("skipped", [])
    if left_out := [report for report in skipped if MISSING in str(report.longrepr)]:
        terminalreporter.write_sep(
            "!", f"{len(left_out)} tests of docker-compose.yaml were left out", red=True, bold=True
        )
        terminalreporter.write_line(f"Compose did not read docker-compose.yaml: {MISSING}")
