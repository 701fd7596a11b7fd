"""What a load landed: the manifest that is written after its files, in raw and in processed alike."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args

from include.errors import DamagedObjectError

Mode = Literal["incremental", "stamped", "proof", "full", "backfill"]
_MODES = get_args(Mode)  # of two reads in one snapshot, the one by stamps goes before its proof

FORMAT = 1


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

    @property
    def load_id(self) -> str:
        """The idempotency key: a digest of what was asked, of the snapshot that answered, and of when it did.

        Later fields count only where they are set, so that they change no earlier load's id.
        """
        later = {name for name in ("horizon", "bounded", "allow_mass_delete") if not getattr(self, name)}
        asked = {name: value for name, value in asdict(self).items() if name not in later}
        return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def order(self) -> tuple[str, tuple[int, int, int], int]:
        """Sorts the reads of one table by where they stand in the source's history."""
        return self.snapshot_at, snapshot_age(self.snapshot), _MODES.index(self.mode)

    @property
    def landed_on(self) -> date:
        """The day (UTC) whose folder the load lies in."""
        return datetime.fromisoformat(self.snapshot_at).date()


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
    ``fetched`` says how the files of an HTTP source came.
    """

    origin: Origin
    files: tuple[StoredFile, ...]
    keys: StoredFile | None = None
    quarantine: StoredFile | None = None
    fetched: tuple[FetchedFile, ...] = ()

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
        return cls(
            origin=Origin(**stored["origin"]),
            files=tuple(StoredFile(**file) for file in stored["files"]),
            **{name: StoredFile(**stored[name]) for name in ("keys", "quarantine") if stored.get(name)},
            fetched=tuple(FetchedFile(**file) for file in stored.get("fetched", ())),
        )
