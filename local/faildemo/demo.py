"""The demo from its beginning to its end: break, watch, repair, watch the recovery, sum up."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import psycopg

from include.environment import DAG_ID
from local import first_run
from local.airflow_api import ENDED
from local.console import say, span
from local.errors import StackError
from local.faildemo import closing, note
from local.faildemo.fault import Fault, News
from local.faildemo.faults import choices, fault_named
from local.faildemo.watch import Watch
from local.stack import Stack

PATIENCE_S = 240
"""How much longer than at rest everything may take: a busy machine, a run of the schedule in between."""

NEWS_WITHIN_S = 60
"""So long after its run ended the news must be there."""

LINGER_S = 4
"""So long after a run there may still be news of it; so that what is told twice is seen."""


def fail_demo(stack: Stack, name: str | None) -> int:
    """Break what is asked for, show who hears of it, repair it; 0 only if exactly the right news came.

    Whatever happens, the stack is repaired: at Ctrl-C and SIGTERM at once, after a kill -9 by the next
    `make fail-demo` or `make run`.
    """
    fault = fault_named(name)
    if not stack.supervisor.alive() or not stack.postgres.is_ready():
        raise StackError("The stack does not run; start it with `make run`.")
    with note.alone(stack):
        try:
            with _ended_by_signals():
                _introduce(stack, fault, chosen=name is not None)
                _prepare(stack)
                return _show(stack, fault)
        except psycopg.Error as error:
            raise StackError(f"The demo could not go on: {str(error).strip()}") from error
        except KeyboardInterrupt:
            say("\nInterrupted, and repaired. What was told of it ends with the next run, within five minutes.")
            return 130


def _introduce(stack: Stack, fault: Fault, *, chosen: bool) -> None:
    if not chosen:
        say(f"The faults to choose from (make fail-demo FAULT=<name>):\n{choices()}\n")
    say(f"{fault.name}: {fault.description}.")
    say(f"It is broken for about {span(fault.takes_s)} (longer on a busy machine), and repaired at the end.")
    say(f"Its mails can be read at {stack.mails_url}, its messages at {stack.inbox.url}. Times are UTC.\n")


def _prepare(stack: Stack) -> None:
    """Repair what an earlier demo left, and see that the pipeline is well."""
    if earlier := note.left_broken(stack):
        say(f"An earlier demo was killed. Repaired: {note.repair(stack, earlier)}.")
    if stopped := [one["name"] for one in stack.supervisor.programs() if one["statename"] != "RUNNING"]:
        raise StackError(f"Not running: {', '.join(stopped)}; `make run` starts what is missing.")
    first_run.ensure(stack.api, stack.task_logs)
    before = stack.api.trigger(DAG_ID)
    if stack.api.wait(DAG_ID, before) != "success":
        raise StackError(
            f"The pipeline fails before anything is broken on purpose (run {before}); see the mails at"
            f" {stack.mails_url}, mend it, then call this again."
        )
    time.sleep(LINGER_S)  # what this run told is no part of what is shown


def _show(stack: Stack, fault: Fault) -> int:
    """Break, watch, repair, watch; print what was seen."""
    watch = Watch(stack)
    with note.noted(stack, fault, watch.tell):
        if done := fault.break_(stack):
            watch.tell(f"Broken: {done}")
        _follow(watch, fault, stack.api.trigger(DAG_ID, fault.conf), fault.told, stack)
        watch.tell(_evidence(stack, fault))
    _follow(watch, fault, stack.api.trigger(DAG_ID), fault.told_at_last)
    time.sleep(LINGER_S)
    watch.look()
    watch.tell(_evidence(stack, fault))
    return closing.close(stack, fault, watch)


def _follow(watch: Watch, fault: Fault, run_id: str, expected: News, broken: Stack | None = None) -> None:
    """Watch until the run has ended and the news came, or until patience ends; `broken` is what may be meddled with."""
    run_ended: list[float] = []

    def all_came() -> bool:
        return bool(run_ended) and watch.arrivals.news().covers(expected)

    def done() -> bool:
        if not run_ended and watch.state(run_id) in ENDED:
            run_ended.append(time.monotonic())
        return all_came() or (bool(run_ended) and time.monotonic() > run_ended[0] + NEWS_WITHIN_S)

    def meddle() -> str | None:
        return fault.meddle(broken, watch.tasks(run_id)) if broken else None

    watch.until(done, fault.takes_s + PATIENCE_S, meddle)
    if not all_came():
        watch.tell(f"Not all came: run {run_id} is {watch.state(run_id)}; {closing.said(watch.arrivals.news())}")


def _evidence(stack: Stack, fault: Fault) -> str:
    try:
        return fault.evidence(stack)
    except psycopg.Error:
        return "How fresh the warehouse is cannot be asked: it lets nobody in."


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """Let SIGTERM and a closed terminal end the block as Ctrl-C does."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    earlier = {one: signal.signal(one, interrupt) for one in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for one, action in earlier.items():
            signal.signal(one, action)
