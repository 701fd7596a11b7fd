"""The polls of the source that left a manifest in the raw zone, and what each must have seen."""

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import psycopg

from tests.faults.histories import DELETED
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
    """The stamps it was limited to: a backfill's, or those since the horizon of a read by stamps."""
    finds_deletes: bool
    rows_read: int

    @classmethod
    def of(cls, manifest: dict[str, Any]) -> "Poll":
        """The poll that a stored manifest tells of."""
        origin = manifest["origin"]
        driving = SOURCES[origin["table"]][0]
        start, end = origin["window_start"], origin["window_end"]
        return cls(
            table=origin["table"],
            mode=origin["mode"],
            snapshot=origin["snapshot"],
            snapshot_at=origin["snapshot_at"],
            window=(start, end or "infinity") if start else None,
            finds_deletes=manifest.get("keys") is not None,
            rows_read=sum(file["rows"] for file in manifest["files"] if file["table"] == driving),
        )


@dataclass
class Polls:
    """The history that the polls must have given, folded together poll by poll.

    `note` is called when no read of the source is under way: later ones are then later in its history.
    """

    client: "S3Client"
    bucket: str
    source: str
    """The connection string of the shop's owner."""
    mass_deletes_from: int | None = None
    """The number of the first poll of all that was told to believe that many rows are gone."""
    lost: set[str] = field(default_factory=set)
    """The loads whose only copy the fault destroyed before it was noted: what they saw cannot be expected."""
    _noted: set[str] = field(default_factory=set)
    _versions: dict[str, dict[int, list[str]]] = field(default_factory=dict)
    _odd: dict[str, set[int]] = field(default_factory=dict)
    _read: Counter[tuple[str, str]] = field(default_factory=Counter)

    def note(self) -> None:
        """Fold in the polls whose manifests have come; call it before the source is swapped for another."""
        fresh = [(key, self._manifest(key)) for key in self._keys() if key not in self._noted]
        with psycopg.connect(self.source, options=PLANNING) as connection:
            for key, poll in sorted(fresh, key=lambda item: (item[1].snapshot_at, item[1].snapshot)):
                state = state_at(connection, poll.table, poll.snapshot)
                read = state_at(connection, poll.table, poll.snapshot, poll.window) if poll.window else state
                self._fold(poll, read, set(state))
                self._noted.add(key)

    def count(self) -> int:
        """How many polls there were."""
        self.note()
        return len(self._noted)

    def histories(self, table: str) -> tuple[dict[int, list[str]], set[int]]:
        """The history that each key must have by the polls, and the keys that ever had odd values."""
        return self._versions.get(table, {}), self._odd.get(table, set())

    def rows_read(self, tables: tuple[str, ...]) -> int:
        """The rows of driving tables that polls for changes read."""
        return sum(self._read[table, mode] for table in tables for mode in CHANGES)

    def _fold(self, poll: Poll, state: State, keys: set[int]) -> None:
        self._read[poll.table, poll.mode] += poll.rows_read
        self._odd.setdefault(poll.table, set()).update(key for key, version in state.items() if version is None)
        versions = self._versions.setdefault(poll.table, {})
        for key, version in state.items():
            held = versions.setdefault(key, [])
            if version is not None and version != (held[-1] if held else DELETED):
                held.append(version)
        for key in self._gone(poll, versions, keys):
            versions[key].append(DELETED)

    def _gone(self, poll: Poll, versions: dict[int, list[str]], keys: set[int]) -> list[int]:
        """The keys that a poll must have found deleted: not so many that it must not believe it."""
        if not poll.finds_deletes:
            return []
        standing = [key for key, seen in versions.items() if seen and seen[-1] != DELETED]
        gone = [key for key in standing if key not in keys]
        too_many = len(gone) > max(HANDFUL, SHARE * len(standing))
        believed = self.mass_deletes_from is not None and len(self._noted) >= self.mass_deletes_from
        return [] if too_many and not believed else gone

    def _manifest(self, key: str) -> Poll:
        return Poll.of(json.loads(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read()))

    def _keys(self) -> list[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix="raw/")
        keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
        manifests = [key for key in keys if "/manifest" in key and key.endswith(".json")]
        return [key for key in manifests if not any(load_id in key for load_id in self.lost)]


# PostgreSQL knows nothing of the size of what is rebuilt from a log, and would loop over it.
PLANNING = "-c enable_nestloop=off"
CHANGES = ("incremental", "stamped", "proof")
"""The modes of a poll that asks for changes."""
HANDFUL = 10
SHARE = 0.05
