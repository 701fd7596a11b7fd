"""What a run of tests says when Terraform could not be run, and where that fails it."""

import os
from typing import Any

import pytest

from tests.terraform import tools

FOLDER = "tests/terraform"
REQUIRED = "TOTES_TERRAFORM"
"""A variable that is `required` where a run without Terraform's tests is a failed one, as ci.yml says."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was not tested."""
    reports = terminalreporter.stats.get("skipped", [])
    if left_out := [report for report in reports if report.nodeid.startswith(FOLDER)]:
        terminalreporter.write_sep("!", f"{len(left_out)} tests of terraform/ were left out", red=True, bold=True)
        terminalreporter.write_line(f"What AWS is asked for, and what it allows, was not looked at: {tools.missing()}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that must have tried Terraform and did not, for whatever reason."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    is_worker = hasattr(session.config, "workerinput")
    if is_worker or reporter is None or os.environ.get(REQUIRED) != "required":
        return
    if not any(report.nodeid.startswith(FOLDER) for report in reporter.stats.get("passed", [])):
        reporter.write_sep("!", "no test of terraform/ passed, and some have to", red=True, bold=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
