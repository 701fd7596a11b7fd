"""Tests that need a program which may be missing: left out loudly, and a failure where CI is to have it."""

import os
from typing import Any, NoReturn

import pytest

LEFT_OUT = "LEFT OUT: "


def leave_out(why: str) -> NoReturn:
    """Skip the test, which needs what is not here; in CI (`.ci/run`) it fails instead."""
    if os.environ.get("CI"):
        pytest.fail(f"CI is to have it: {why}", pytrace=False)
    pytest.skip(f"{LEFT_OUT}{why}")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was not tested."""
    skipped = terminalreporter.stats.get("skipped", [])
    if reasons := [str(report.longrepr) for report in skipped if LEFT_OUT in str(report.longrepr)]:
        terminalreporter.write_sep("!", f"{len(reasons)} tests were left out", red=True, bold=True)
        for reason in sorted({reason.partition(LEFT_OUT)[2].rstrip("')") for reason in reasons}):
            terminalreporter.write_line(reason)
