from __future__ import annotations

import json
import os
import time
from pathlib import Path

from local.first_run import _readable_end, table_of
from local.log_files import prune_task_logs


def test_a_tasks_log_is_told_in_plain_lines_with_what_was_raised(tmp_path: Path) -> None:
    log = tmp_path / "attempt=1.log"
    raised = [{"exc_type": "ValueError", "exc_value": "no such day"}]
    events = [{"level": "info", "event": "started"}, {"level": "error", "event": "failed", "error_detail": raised}]
    log.write_text("".join(json.dumps(event) + "\n" for event in events) + "not JSON\n")
    assert _readable_end(log) == "  info started\n  error failed\n    ValueError: no such day\n  not JSON"
    assert "left no log" in _readable_end(tmp_path / "absent")


def test_a_task_outside_a_group_stands_for_itself() -> None:
    assert (table_of("dim_staff.load"), table_of("plan")) == ("dim_staff", "plan")


def test_old_task_logs_go_with_their_folders_and_recent_ones_stay(tmp_path: Path) -> None:
    old, recent = tmp_path / "dag" / "run1" / "task" / "a.log", tmp_path / "dag" / "run2" / "task" / "a.log"
    for file in (old, recent):
        file.parent.mkdir(parents=True)
        file.write_text("x")
    long_ago = time.time() - 30 * 86400
    os.utime(old, (long_ago, long_ago))
    assert prune_task_logs(tmp_path) == 1
    assert not (tmp_path / "dag" / "run1").exists()
    assert recent.exists()
    assert prune_task_logs(tmp_path / "absent") == 0
