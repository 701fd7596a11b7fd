"""The COVID-19 files as a server of the stack, and the addresses that the pipeline gets."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from local.covid.site import JHU_PATH, NYT_PATH
from local.program import HOST, Program, answers
from local.settings import ROOT


class Urls(NamedTuple):
    """Where the New York Times' and the Johns Hopkins file are."""

    nyt: str
    jhu: str


INTERNET = Urls(f"https://raw.githubusercontent.com{NYT_PATH}", f"https://raw.githubusercontent.com{JHU_PATH}")
"""The real files."""


@dataclass(frozen=True, slots=True)
class Covid:
    """One server of synthetic files: the folder with its clock, and its port."""

    home: Path
    port: int

    @property
    def url(self) -> str:
        """Where it says what it is."""
        return f"http://{HOST}:{self.port}"

    @property
    def urls(self) -> Urls:
        """Where its two files are."""
        return Urls(f"{self.url}{NYT_PATH}", f"{self.url}{JHU_PATH}")

    def program(self) -> Program:
        """The server; its clock starts with its first start."""
        self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Program(
            name="covid",
            command=(sys.executable, "-m", "local.covid"),
            env={
                "PATH": "/usr/bin:/bin",
                "PYTHONPATH": str(ROOT),
                "PYTHONDONTWRITEBYTECODE": "1",
                "COVID_HOME": str(self.home),
                "COVID_PORT": str(self.port),
            },
            cwd=self.home,
        )

    def is_ready(self) -> bool:
        """Whether it answers."""
        return answers(self.url)
