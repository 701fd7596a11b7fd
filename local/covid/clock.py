"""The files' own time: a day every five minutes since the stack was first set up, until it is the present."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from local.errors import StackError

FIRST_MOMENT = datetime(2020, 10, 12, tzinfo=UTC)
"""What the files' time is when a stack is first set up: soon before the Johns Hopkins file changes its columns."""

FASTER = 288
"""Days of the files in one real day: one every five minutes."""

FILE = "clock.json"


@dataclass(frozen=True, slots=True)
class Clock:
    """The files' time of a stack that was first set up at `started_at`."""

    started_at: datetime

    def moment(self, now: datetime) -> datetime:
        """The files' time at `now`; never ahead of it."""
        return min(FIRST_MOMENT + max(now - self.started_at, timedelta()) * FASTER, now)

    def real(self, moment: datetime) -> datetime:
        """The real time at which the files' time is, or would have been, `moment`."""
        return max(self.started_at + (moment - FIRST_MOMENT) / FASTER, moment)


def start(home: Path, now: datetime) -> None:
    """Start the clock of the stack whose files' folder is `home`; one that goes already goes on."""
    file = home / FILE
    if not file.exists():
        unfinished = file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({"started_at": now.isoformat()}) + "\n")
        unfinished.replace(file)  # whole or not at all


def read(home: Path) -> Clock:
    """The clock of `home`. Raises `StackError` if it is absent or damaged."""
    try:
        started_at = datetime.fromisoformat(json.loads((home / FILE).read_text())["started_at"])
        return Clock(started_at.astimezone(UTC))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StackError(
            f"{home / FILE}: {error}; expected a file with the instant started_at. Remove it and restart the stack: "
            f"the files then begin again at {FIRST_MOMENT:%Y-%m-%d}, so `make reset` unless the warehouse is empty."
        ) from None
