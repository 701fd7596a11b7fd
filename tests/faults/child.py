"""A step in a process of its own, which can be killed (-9), stopped and continued, or run short of disk."""

import multiprocessing
import os
import re
import resource
import signal
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from include.object_store import ObjectStore
from tests.pipeline import Pipeline

# A server that forks: the heavy imports are done once, the threads of the tests are not in the child.
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["include.steps", "include.processed.write", "tests.faults.child"])


@dataclass(frozen=True, repr=False)
class Ends:
    """Where the pipeline's ends are (through the proxies), in a form that a child can be given."""

    owner: str
    reader: str
    loader: str
    endpoint_url: str
    region: str
    access_key_id: str
    secret_access_key: str
    raw: str
    processed: str

    def pipeline(self) -> Pipeline:
        """The steps between these ends, with time-outs as in production but shorter."""
        client = boto3.client(
            "s3",
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.access_key_id,
            aws_secret_access_key=self.secret_access_key,
            config=Config(
                s3={"addressing_style": "path"},
                proxies={},
                connect_timeout=3,
                read_timeout=5,
                retries={"mode": "standard", "max_attempts": 2},
            ),
        )
        return Pipeline(
            owner=self.owner,
            reader=self.reader,
            loader=self.loader,
            raw=ObjectStore(client, self.raw),
            processed=ObjectStore(client, self.processed),
        )


class Child:
    """One step of the pipeline in its own process; `peak_mb` is the most memory it ever held, once it is done."""

    peak_mb: float | None = None

    def __init__(self, ends: Ends, step: str, *arguments: Any, largest_file: int | None = None) -> None:
        self._ours, theirs = _forks.Pipe(duplex=False)
        self._process = _forks.Process(target=_run, args=(theirs, ends, step, arguments, largest_file), daemon=True)
        self._process.start()
        theirs.close()

    def kill(self) -> None:
        """SIGKILL: nothing of it can react."""
        self._signal(signal.SIGKILL)

    def pause(self) -> None:
        """Stop it where it is."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let a paused one go on."""
        self._signal(signal.SIGCONT)

    def wait(self, seconds: float = 60) -> Mapping[str, Any] | None:
        """What the step returned; None if it was killed. Raises ``StepFailed`` with its traceback."""
        self._process.join(seconds)
        if self._process.is_alive():
            self.kill()
            self._process.join()
            raise StepFailed(f"the step was not done after {seconds} s")
        if not self._ours.poll():
            return None
        try:
            returned, failure, self.peak_mb = self._ours.recv()
        except EOFError:
            return None
        if failure:
            raise StepFailed(failure)
        assert isinstance(returned, Mapping)
        return returned

    def _signal(self, number: signal.Signals) -> None:
        if self._process.pid and self._process.is_alive():
            os.kill(self._process.pid, number)


class StepFailed(Exception):  # noqa: N818  what a child reports
    """A step in a child raised; the message is its traceback."""


def _run(answer: Connection, ends: Ends, step: str, arguments: tuple[Any, ...], largest_file: int | None) -> None:
    _forget_peak()
    if largest_file is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))
    try:
        answer.send((getattr(ends.pipeline(), step)(*arguments), None, _peak_mb()))
    except BaseException:
        answer.send((None, traceback.format_exc(), _peak_mb()))


def _forget_peak() -> None:
    """Let the peak begin here: a forked process inherits its parent's, and ru_maxrss can never be set back."""
    Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> float:
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024  # type: ignore[index]  # Linux always says it
