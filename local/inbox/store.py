"""What arrived, as files: one a mail or message, written whole, the oldest beyond a limit removed."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

LIMIT = 1000
"""How many mails, and how many messages, are kept."""

_INSTANT = "%Y%m%dT%H%M%S.%fZ"
_ID = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Folder:
    """The arrivals of one kind. Their ids begin with the instant of arrival, so that they sort by it."""

    path: Path
    suffix: str
    limit: int = LIMIT

    def prepare(self) -> None:
        """Make the folder and clear what a killed process left half written."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for half in self.path.glob(".*"):
            half.unlink()

    def add(self, arrival_id: str, content: bytes) -> None:
        """Keep one arrival (the same id twice is one), and remove the oldest beyond the limit."""
        half = self.path / f".{arrival_id}"
        half.write_bytes(content)
        half.replace(self._file(arrival_id))
        for too_old in self.ids()[self.limit :]:
            self._file(too_old).unlink(missing_ok=True)

    def ids(self) -> list[str]:
        """The ids of all that is kept, newest first."""
        found = [file.stem for file in self.path.glob(f"[!.]*{self.suffix}")]
        return sorted(found, reverse=True)

    def read(self, arrival_id: str) -> bytes | None:
        """The content of one arrival; none if there is none of that id (any more)."""
        if _ID.fullmatch(arrival_id):  # never a path of somebody else's choice
            with suppress(FileNotFoundError):
                return self._file(arrival_id).read_bytes()
        return None

    def _file(self, arrival_id: str) -> Path:
        return self.path / f"{arrival_id}{self.suffix}"


def arrival_id(at: datetime, mark: str) -> str:
    """The id of what arrived at `at`; `mark` tells it from others of the same instant."""
    return f"{at.astimezone(UTC).strftime(_INSTANT)}-{mark}"


def arrived_at(arrival_id: str) -> datetime:
    """The instant that an id begins with, in UTC."""
    return datetime.strptime(arrival_id.partition("-")[0], _INSTANT).replace(tzinfo=UTC)
