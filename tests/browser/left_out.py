"""What a run of tests says when the browser tests were left out; where they are required, such a run fails."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.browser import chromium

FOLDER = "tests/browser"
REQUIRED = "TOTES_BROWSER_TESTS"
"""A variable that is `required` where a run without browser tests is a failed one, as `.ci/run` says."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was not tested."""
    if left_out := list(_left_out(terminalreporter)):
        terminalreporter.write_sep("!", f"{len(left_out)} browser tests were left out", red=True, bold=True)
        terminalreporter.write_line(f"The dashboards were not looked at: {chromium.MISSING}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that must have looked at the pages and did not, for whatever reason."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    is_worker = hasattr(session.config, "workerinput")
    if is_worker or reporter is None or os.environ.get(REQUIRED) != "required":
        return
    if not any(report.nodeid.startswith(FOLDER) for report in reporter.stats.get("passed", [])):
        reporter.write_sep("!", "no browser test passed, and some have to", red=True, bold=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _left_out(terminalreporter: Any) -> Iterator[Any]:
    for report in terminalreporter.stats.get("skipped", []):
        if report.nodeid.startswith(FOLDER) and chromium.MISSING in str(report.longrepr):
            yield report
