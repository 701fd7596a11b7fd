"""Keeping the logs of tasks from growing without end (the programs' own logs rotate by size)."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from pathlib import Path

KEEP_DAYS = 14
"""How long a task's log is kept."""


def prune_task_logs(folder: Path, days: float = KEEP_DAYS) -> int:
    """Remove task logs that nobody has written to for `days`, and folders that get empty; returns how many files."""
    oldest = time.time() - days * 86400
    old = [file for file in folder.rglob("*.log") if file.stat().st_mtime < oldest]
    for file in old:
        file.unlink()
        with suppress(OSError):  # not empty: others are still kept
            for parent in list(file.parents)[: len(file.relative_to(folder).parents) - 1]:
                parent.rmdir()
    return len(old)


if __name__ == "__main__":  # where only a container sees the folder
    sys.stdout.write(f"{prune_task_logs(Path(sys.argv[1]), float(sys.argv[2]))}\n")
