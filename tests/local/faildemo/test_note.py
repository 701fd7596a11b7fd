"""Whatever ends a demo, the stack is repaired: by itself, or by whoever comes next."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass, field

import psycopg
import pytest

from local.errors import StackError
from local.faildemo import note
from local.faildemo.fault import Fault
from local.faildemo.of_servers import ColumnRenamed
from local.faildemo.of_tasks import TaskKilled
from local.settings import ROOT
from local.stack import Stack

HOLDS = """
import sys, time
from pathlib import Path
from local.faildemo import note
from local.settings import Settings
from local.stack import Stack
with note.alone(Stack(Settings(state_dir=Path(sys.argv[1])))):
    print("held", flush=True)
    time.sleep(60)
"""


@dataclass
class Told:
    lines: list[str] = field(default_factory=list)

    def __call__(self, line: str) -> None:
        self.lines.append(line)


class Unrepairable(TaskKilled):
    def repair(self, stack: Stack) -> str:  # noqa: ARG002 # every fault takes it
        raise psycopg.OperationalError("connection refused")


def has_its_name(stack: Stack) -> bool:
    with psycopg.connect(stack.conninfo("totesys", "totes_reader")) as shop:
        found = shop.execute("SELECT FROM information_schema.columns WHERE column_name = 'file_name'")
        return bool(found.rowcount)


def broken(stack: Stack, ended_by: BaseException, told: Told, fault: Fault | None = None) -> None:
    fault = fault or ColumnRenamed()
    with note.noted(stack, fault, told):
        if isinstance(fault, ColumnRenamed):
            fault.break_(stack)
            assert not has_its_name(stack)
        assert note.left_broken(stack)
        raise ended_by


@pytest.mark.parametrize("ended_by", [KeyboardInterrupt(), StackError("Airflow does not answer")], ids=["^C", "error"])
def test_a_demo_that_is_interrupted_or_fails_repairs_and_forgets(stack: Stack, ended_by: BaseException):
    told = Told()
    with pytest.raises(type(ended_by)):
        broken(stack, ended_by, told)
    assert has_its_name(stack)
    assert told.lines == ["Repaired: design.file_name has its name again"]
    assert note.left_broken(stack) is None


def test_a_second_interruption_waits_for_the_repair(stack: Stack):
    class Slow(ColumnRenamed):
        def repair(self, stack: Stack) -> str:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                os.kill(os.getpid(), number)
            return super().repair(stack)

    with pytest.raises(KeyboardInterrupt):
        broken(stack, KeyboardInterrupt(), Told(), Slow())
    assert has_its_name(stack)


def test_what_a_killed_demo_left_is_mended_once(stack: Stack):
    ColumnRenamed().break_(stack)
    (stack.settings.state_dir / note.NOTE).write_text("column-renamed")
    assert note.mend(stack) == "design.file_name has its name again"
    assert has_its_name(stack)
    assert note.mend(stack) is None


def test_a_repair_that_fails_says_who_repairs_and_leaves_the_note(stack: Stack):
    with pytest.raises(StackError, match=r"task-killed could not be repaired \(connection refused\); `make run`"):
        broken(stack, KeyboardInterrupt(), Told(), Unrepairable())
    assert note.mend(stack) == "nothing is killed any more"


def test_a_demo_that_is_under_way_is_left_alone_until_it_is_killed(stack: Stack):
    held = subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(stack.settings.state_dir)], stdout=subprocess.PIPE, cwd=ROOT
    )
    try:
        assert held.stdout
        assert held.stdout.readline() == b"held\n"
        (stack.settings.state_dir / note.NOTE).write_text("column-renamed")
        assert note.mend(stack) is None
        with pytest.raises(StackError, match="under way"), note.alone(stack):
            pass
    finally:
        held.kill()
        held.wait()
    assert note.mend(stack)
