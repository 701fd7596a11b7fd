"""The real server of the files, with a clock that tests set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from local import program
from local.covid.clock import FASTER, FIRST_MOMENT
from local.covid.server import Covid
from tests.ports import free_port


@dataclass(frozen=True)
class Publisher:
    """A server of the files and how one asks it."""

    covid: Covid

    @contextmanager
    def running(self) -> Iterator[Any]:
        """The server while the block runs; gives its process."""
        log = self.covid.home.with_suffix(".log")
        with program.running(self.covid.program(), log, self.covid.is_ready) as started:
            yield started

    def set_moment(self, moment: datetime) -> None:
        """Let the files' time be `moment` now; it goes on from there (a day in five minutes)."""
        self.covid.home.mkdir(exist_ok=True)
        started_at = datetime.now(UTC) - (moment - FIRST_MOMENT) / FASTER
        (self.covid.home / "clock.json").write_text(json.dumps({"started_at": started_at.isoformat()}))

    @contextmanager
    def fault(self, words: str) -> Iterator[None]:
        """Broken files while the block runs."""
        file = self.covid.home / "fault"
        file.write_text(words + "\n")
        try:
            yield
        finally:
            file.unlink()

    def ask(self, url: str, method: str = "GET", **headers: str) -> httpx.Response:
        """The answer; as plain bytes unless `Accept_Encoding` is given."""
        named = {name.replace("_", "-"): value for name, value in {"Accept_Encoding": "identity", **headers}.items()}
        return httpx.request(method, url, headers=named, trust_env=False)


@pytest.fixture
def publisher(server: Publisher, moment: datetime) -> Publisher:
    """The running server, its clock set to `moment`."""
    server.set_moment(moment)
    return server


@pytest.fixture
def moment() -> datetime:
    """Nothing is published from 03:00 to 05:00: the files stand still for the 24 seconds after it."""
    return datetime(2020, 11, 20, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """A server that runs, of the module's tests together."""
    made = Publisher(Covid(tmp_path_factory.mktemp("covid") / "home", free_port()))
    with made.running():
        yield made
