"""What a run of tests says when Terraform could not be run; where it has to be (ci.yml), such a run fails."""

from typing import Any

from tests.terraform import tools

FOLDER = "tests/terraform"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say loudly what was not tested."""
    reports = terminalreporter.stats.get("skipped", [])
    if left_out := [report for report in reports if report.nodeid.startswith(FOLDER)]:
        terminalreporter.write_sep("!", f"{len(left_out)} tests of terraform/ were left out", red=True, bold=True)
        terminalreporter.write_line(f"What AWS is asked for, and what it allows, was not looked at: {tools.missing()}")
