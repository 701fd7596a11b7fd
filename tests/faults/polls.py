"""The polls of the source that left a manifest in the raw zone, and what each must have seen."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg

from tests.faults.histories import DELETED, distinct
from tests.faults.truth import SOURCES, State, state_at

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class Poll:
    """One read of the source for one warehouse table, as its raw manifest says."""

    table: str
    mode: str
    snapshot: str
    snapshot_at: str
    window: tuple[str, str] | None
    """The stamps it was limited to: a backfill's."""
    horizon: str | None
    """Where a read by stamps starts the next time."""
    finds_deletes: bool
    rows_read: int

    @classmethod
    def of(cls, manifest: dict[str, Any]) -> "Poll":
        """The poll that a stored manifest tells of."""
        origin = manifest["origin"]
        driving = SOURCES[origin["table"]][0]
        bounds = (origin.get("window_start"), origin.get("window_end"))
        return cls(
            table=origin["table"],
            mode=origin["mode"],
            snapshot=origin["snapshot"],
            snapshot_at=origin["snapshot_at"],
            window=bounds if all(bounds) else None,
            horizon=origin.get("horizon"),
            finds_deletes=manifest.get("keys") is not None,
            rows_read=sum(file["rows"] for file in manifest["files"] if file["table"] == driving),
        )


@dataclass
class Polls:
    """The polls so far, each with the state that the truth log shows for its snapshot, asked for once."""

    client: "S3Client"
    bucket: str
    source: str
    """The connection string of the shop's owner."""
    mass_deletes_from: int | None = None
    """The number of the first poll of all that was told to believe that many rows are gone."""
    lost: set[str] = field(default_factory=set)
    """The loads whose only copy the fault destroyed: what they saw cannot be expected."""
    _seen: dict[str, tuple[Poll, State]] = field(default_factory=dict)

    def note(self) -> None:
        """Look at the manifests that are there; call it before the source is swapped for another."""
        fresh = [(key, self._read(key)) for key in self._manifests() if key not in self._seen]
        with psycopg.connect(self.source, options=PLANNING) as connection:
            for key, poll in sorted(fresh, key=lambda item: item[1].snapshot_at):
                state = state_at(connection, poll.table, poll.snapshot, self._window(poll))
                self._seen[key] = (poll, state)

    def count(self) -> int:
        """How many polls there were."""
        self.note()
        return len(self._seen)

    def _read(self, key: str) -> Poll:
        return Poll.of(json.loads(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()))

    def _window(self, poll: Poll) -> tuple[str, str] | None:
        """The stamps that a poll reads: a backfill's, or for one by stamps all since the horizons before it."""
        if poll.mode != "stamped":
            return poll.window
        horizons = [seen.horizon for seen, _ in self._seen.values() if seen.table == poll.table and seen.horizon]
        return (max(horizons), "infinity") if horizons else None

    def destroyed(self, load_id: str) -> None:
        """Expect no longer what this load saw."""
        self.lost.add(load_id)
        for key in [key for key in self._seen if load_id in key]:
            del self._seen[key]

    def histories(self, table: str) -> tuple[dict[int, list[str]], set[int]]:
        """The history that each key must have by the polls, and the keys that ever had odd values."""
        self.note()
        versions: dict[int, list[str]] = {}
        odd: set[int] = set()
        polls = sorted((seen for seen in self._seen.values() if seen[0].table == table), key=_moment)
        for poll, state in polls:
            odd |= {key for key, version in state.items() if version is None}
            for key, version in state.items():
                if version is not None:
                    versions.setdefault(key, []).append(version)
            for key in self._gone(poll, versions, state):
                versions[key].append(DELETED)
        return {key: distinct(seen) for key, seen in versions.items()}, odd

    def rows_read(self, tables: tuple[str, ...], mode: str = "incremental") -> int:
        """The rows of driving tables that incremental polls read."""
        return sum(
            poll.rows_read for poll, _ in self._seen.values() if poll.mode == mode and poll.table in tables
        )

    def _gone(self, poll: Poll, versions: dict[int, list[str]], state: State) -> list[int]:
        """The keys that a poll must have found deleted: not so many that it must not believe it."""
        if not poll.finds_deletes:
            return []
        standing = [key for key, seen in versions.items() if seen[-1] != DELETED]
        gone = [key for key in standing if key not in state]
        too_many = len(gone) > HANDFUL and len(gone) > SHARE * len(standing)
        return [] if too_many and not self._believes(poll) else gone

    def _believes(self, poll: Poll) -> bool:
        number = next(number for number, (seen, _) in enumerate(self._seen.values()) if seen is poll)
        return self.mass_deletes_from is not None and number >= self.mass_deletes_from

    def _manifests(self) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix="raw/")
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        manifests = [key for key in keys if "/manifest" in key and key.endswith(".json")]
        return [key for key in manifests if not any(load_id in key for load_id in self.lost)]


# PostgreSQL knows nothing of the size of what is rebuilt from a log, and would loop over it.
PLANNING = "-c enable_nestloop=off"
HANDFUL = 10
SHARE = 0.05


def _moment(seen: tuple[Poll, State]) -> tuple[str, str]:
    return (seen[0].snapshot_at, seen[0].snapshot)
