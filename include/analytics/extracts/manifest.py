"""The manifest: which parts make up one state of the extracts, and how far that state is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from include.manifest import StoredFile

FORMAT = 1


@dataclass(frozen=True, kw_only=True)
class Position:
    """Where a fed table stands: its latest load, and its first one, which a replay or another warehouse changes."""

    first_loaded_at: datetime
    load_id: str
    loaded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Extracted:
    """A table's parts, in the order in which they were written.

    ``position`` is None for a table that no load brings; ``record_id`` the greatest of its versions.
    """

    position: Position | None
    parts: tuple[StoredFile, ...]
    record_id: int = 0


@dataclass(frozen=True, kw_only=True)
class Public:
    """The public files: the version of what they were made of, and the SHA-256 of each by its key."""

    version: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One state of the extracts.

    ``loads`` are the loads that are in it and were recent then, each with its instant: one that commits late is
    told by them from one that was extracted. ``retired`` are the keys that nothing names any more, and since when.
    """

    published_at: datetime
    revision: str
    tables: Mapping[str, Extracted] = field(default_factory=dict)
    loads: Mapping[str, datetime] = field(default_factory=dict)
    public: Public = Public()
    retired: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def keys(self) -> set[str]:
        """Every object that it names."""
        return {part.key for table in self.tables.values() for part in table.parts} | set(self.public.files)

    def to_json(self) -> bytes:
        """The manifest as it is stored."""
        content = {"format": FORMAT, **asdict(self)}
        return json.dumps(content, default=datetime.isoformat, indent=1, sort_keys=True).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest | None":
        """A stored manifest; None for one of another format, which cannot be gone on from."""
        found = json.loads(content)
        if found.pop("format") != FORMAT:
            return None
        found["tables"] = {name: _extracted(table) for name, table in found["tables"].items()}
        for name in ("loads", "retired"):
            found[name] = {key: datetime.fromisoformat(at) for key, at in found[name].items()}
        found["public"] = Public(**found["public"])
        return cls(**{**found, "published_at": datetime.fromisoformat(found["published_at"])})


def _extracted(found: Mapping[str, Any]) -> Extracted:
    position = found["position"]
    return Extracted(
        position=Position(
            first_loaded_at=datetime.fromisoformat(position["first_loaded_at"]),
            load_id=position["load_id"],
            loaded_at=datetime.fromisoformat(position["loaded_at"]),
        )
        if position
        else None,
        parts=tuple(StoredFile(**part) for part in found["parts"]),
        record_id=found["record_id"],
    )
