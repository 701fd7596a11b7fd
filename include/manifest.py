"""What a load landed: the manifest that is written after its files, in raw and in processed alike."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any, Literal, get_args

from include.errors import DamagedObjectError

Mode = Literal["incremental", "stamped", "proof", "full", "backfill"]
_MODES = get_args(Mode)  # of two reads in one snapshot, the one by stamps goes before its proof

FORMAT = 1
_LATER = ("horizon", "bounded", "allow_mass_delete", "key_range", "latest_snapshot", "latest_snapshot_at")


@dataclass(frozen=True, kw_only=True)
class KeyRange:
    """Which of the ``count`` key ranges of a split read this is: the ``number``-th, from 0.

    It holds the keys in ``[start, end)``; an end that is None is open. ``load_id`` names the load that all
    of them make, ``split_at`` says when it was split (the source's clock, ISO 8601, UTC).
    """

    load_id: str
    split_at: str
    number: int
    count: int
    start: int | None
    end: int | None


@dataclass(frozen=True, kw_only=True)
class Origin:
    """What one extract read, and at which point of the source's history.

    ``since`` is the watermark it started from (None: everything), ``watermark`` the one it reaches:
    both are transaction ids of the source server, 64 bits wide. ``snapshot`` is PostgreSQL's
    ``pg_current_snapshot()`` and ``snapshot_at`` the source's clock at that moment (ISO 8601, UTC).
    ``window_start`` and ``window_end`` bound a backfill, half-open, as ISO 8601 in UTC; a read by stamps
    has the start only. ``horizon`` is
    where the next read by `last_updated` starts (ISO 8601, UTC), ``bounded`` that other sessions could
    not be seen, so that it is a bound instead of a reading. ``allow_mass_delete`` lets through what the
    guard against mass deletes would withhold.

    ``key_range`` is set where the read is one range of a split one, or all of its ranges together. Those were
    read one by one: ``snapshot`` and ``snapshot_at`` are then the oldest of their snapshots, ``latest_snapshot``
    and ``latest_snapshot_at`` the newest.
    """

    table: str
    mode: Mode
    since: int | None
    window_start: str | None
    window_end: str | None
    system_identifier: str
    snapshot: str
    watermark: int
    snapshot_at: str
    horizon: str | None = None
    bounded: bool = False
    allow_mass_delete: bool = False
    key_range: KeyRange | None = None
    latest_snapshot: str | None = None
    latest_snapshot_at: str | None = None

    @property
    def load_id(self) -> str:
        """The idempotency key: a digest of what was asked, of the snapshot that answered, and of when it did.

        That of a split read was given when it was split. Later fields count only where they are set, so that
        they change no earlier load's id.
        """
        if self.key_range is not None:
            return self.key_range.load_id
        later = {name for name in _LATER if not getattr(self, name)}
        asked = {name: value for name, value in asdict(self).items() if name not in later}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def order(self) -> tuple[str, tuple[int, int, int], int]:
        """Sorts the reads of one table by where they stand in the source's history."""
        return self.snapshot_at, snapshot_age(self.snapshot), _MODES.index(self.mode)

    @property
    def landed_on(self) -> date:
        """The day (UTC) whose folder the load lies in."""
        return datetime.fromisoformat(self.key_range.split_at if self.key_range else self.snapshot_at).date()

    @property
    def range_number(self) -> int | None:
        """The number of the one key range that was read; None for a whole load."""
        return self.key_range.number if self.key_range and self.key_range.count > 1 else None

    @property
    def seen_until(self) -> tuple[str, str]:
        """The newest snapshot that the rows were read in, and its instant."""
        return self.latest_snapshot or self.snapshot, self.latest_snapshot_at or self.snapshot_at


def snapshot_age(snapshot: str) -> tuple[int, int, int]:
    """Sorts the snapshots of one server: neither bound ever falls, and between equal ones transactions only end."""
    xmin, xmax, in_progress = snapshot.split(":")
    return int(xmax), int(xmin), -len([xid for xid in in_progress.split(",") if xid])


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """One object: its key, what it holds, and its size in bytes and SHA-256, checked at every read."""

    key: str
    table: str
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FetchedFile:
    """How a file came over HTTP: what it is called, from where, when (ISO 8601, UTC), and what the server said of it.

    ``content_sha256`` is that of the content, whatever the encoding it travelled in.
    """

    name: str
    url: str
    fetched_at: str
    content_sha256: str
    content_encoding: str
    etag: str | None
    last_modified: str | None
    headers: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The files of one load in one zone, complete.

    ``keys`` holds the natural keys of all rows that the source had, where the load brought them: a
    key that is not among them was deleted. ``quarantine`` holds the rows that were set aside,
    ``fetched`` says how the files of an HTTP source came. What all ranges of a split read make together has
    ``keys_of_ranges`` and ``quarantine_of_ranges`` instead, a file a range.
    """

    origin: Origin
    files: tuple[StoredFile, ...]
    keys: StoredFile | None = None
    quarantine: StoredFile | None = None
    fetched: tuple[FetchedFile, ...] = ()
    keys_of_ranges: tuple[StoredFile, ...] = ()
    quarantine_of_ranges: tuple[StoredFile, ...] = ()

    @property
    def key_files(self) -> tuple[StoredFile, ...]:
        """The files with the keys of all rows that the source had; none where the load did not bring them."""
        return (self.keys,) if self.keys else self.keys_of_ranges

    @property
    def quarantine_files(self) -> tuple[StoredFile, ...]:
        """The files with the rows that were set aside."""
        return (self.quarantine,) if self.quarantine else self.quarantine_of_ranges

    def rows(self, table: str) -> int:
        """The rows of one source or warehouse table in this load."""
        return sum(file.rows for file in self.files if file.table == table)

    @property
    def size(self) -> int:
        """The bytes of all files together."""
        return sum(file.size for file in self.files)

    def to_json(self) -> bytes:
        """The manifest as it is stored."""
        body = {"format": FORMAT, "load_id": self.origin.load_id, **asdict(self)}
        return json.dumps(body, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, key: str, body: bytes) -> "Manifest":
        """Read a stored manifest; raises ``DamagedObjectError`` when it is not a whole one of this format."""
        try:
            return cls._from_stored(json.loads(body))
        except (ValueError, KeyError, TypeError) as error:
            raise DamagedObjectError(
                key,
                found=f"no readable manifest ({type(error).__name__}: {error})",
                expected=f"a manifest of format {FORMAT}",
                remedy="clear the table's whole task group: it lands the rows again under another key",
            ) from error

    @classmethod
    def _from_stored(cls, stored: Mapping[str, Any]) -> "Manifest":
        if stored["format"] != FORMAT:
            raise ValueError(f"format {stored['format']!r}")
        origin = Origin(**stored["origin"])
        if origin.key_range is not None:
            origin = replace(origin, key_range=KeyRange(**stored["origin"]["key_range"]))
        singles: dict[str, Any] = {
            name: StoredFile(**stored[name]) for name in ("keys", "quarantine") if stored.get(name)
        }
        return cls(
            origin=origin,
            files=tuple(StoredFile(**file) for file in stored["files"]),
            fetched=tuple(FetchedFile(**file) for file in stored.get("fetched", ())),
            keys_of_ranges=tuple(StoredFile(**file) for file in stored.get("keys_of_ranges", ())),
            quarantine_of_ranges=tuple(StoredFile(**file) for file in stored.get("quarantine_of_ranges", ())),
            **singles,
        )
