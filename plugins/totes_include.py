"""Finds `include` where nothing else does: in the triggerer and the web server of Amazon MWAA.

There the code of tasks lies below `dags/`, which is on the path of tasks and DAG files alone, and `PYTHONPATH` cannot
be set. So a copy travels beside the plugins, in `shared/`, and is asked last: whoever has `include` on the path, as
tasks and every component of the embedded stack do, never sees it.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

SHARED = str(Path(__file__).parent / "shared")


class LastResort:
    """A finder at the end of the line."""

    @staticmethod
    def find_spec(name: str, _path: Sequence[str] | None, _target: ModuleType | None = None) -> ModuleSpec | None:
        """Where `include` is, if in `shared/`; its own modules Python then finds by itself."""
        return PathFinder.find_spec(name, [SHARED]) if name == "include" else None


if LastResort not in sys.meta_path:
    sys.meta_path.append(LastResort)
