"""Which tests share a process, and which go first."""

from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

SHARE_A_STACK = ("tests/browser/", "tests/operations/")
"""The folders whose modules share one running stack."""

SLOWEST_FIRST = ("browser", "operations", "integration", "deploy", "faults")


class FilesAndStacks(LoadFileScheduling):
    """A module's tests go to one process, and so do all of a folder that shares a stack."""

    def _split_scope(self, nodeid: str) -> str:
        shared = (folder for folder in SHARE_A_STACK if nodeid.startswith(folder))
        return next(shared, None) or str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: Any, log: Any) -> FilesAndStacks:
    """Called by pytest-xdist."""
    return FilesAndStacks(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes minutes goes first, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: item.path.parent.name not in SLOWEST_FIRST)
