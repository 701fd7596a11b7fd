"""Which tests share a process, and which go first."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

TOGETHER = ("tests/browser/", "tests/operations/", "tests/terraform/")
"""The folders whose modules share what is costly: a running stack, what Terraform renders."""

SLOWEST_FIRST = ("browser", "operations", "integration", "deploy", "faults", "terraform")


class FilesAndFolders(LoadFileScheduling):
    """A module's tests go to one process, and so do those of a folder of `TOGETHER`."""

    def _split_scope(self, nodeid: str) -> str:
        folder = next((folder for folder in TOGETHER if nodeid.startswith(folder)), None)
        return folder or str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: Any, log: Any) -> FilesAndFolders:
    """Called by pytest-xdist."""
    return FilesAndFolders(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes goes first, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: item.path.parent.name not in SLOWEST_FIRST)
