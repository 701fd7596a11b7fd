"""Decide what a run reads of each table: which rows, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from include.errors import SettingError
from include.manifest import Mode
from include.source.selection import ChangedSince, Everything, Selection, StampedWithin
from include.source.snapshot import Position
from include.warehouse.ledger import Watermark


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a run was asked for: some tables, a mode, and for a backfill a half-open window in UTC."""

    tables: tuple[str, ...]
    mode: Mode = "incremental"
    window_start: datetime | None = None
    window_end: datetime | None = None

    def __post_init__(self) -> None:
        window = (self.window_start, self.window_end)
        if self.mode == "backfill" and not (window[0] and window[1] and window[0] < window[1]):
            raise SettingError(
                "backfill",
                found=f"the window {self.window_start} to {self.window_end}",
                expected="a start before an end",
                remedy="start it as `airflow backfill create` or in the UI does, on a schedule with intervals",
            )

    def to_record(self) -> dict[str, Any]:
        """The request as JSON, for an XCom."""
        return {
            "tables": list(self.tables),
            "mode": self.mode,
            "window_start": self.window_start.isoformat() if self.window_start else None,
            "window_end": self.window_end.isoformat() if self.window_end else None,
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> "Request":
        """The request that a record was made of."""
        start, end = record["window_start"], record["window_end"]
        return cls(
            tables=tuple(record["tables"]),
            mode=record["mode"],
            window_start=datetime.fromisoformat(start) if start else None,
            window_end=datetime.fromisoformat(end) if end else None,
        )


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Which rows of a table to read, as which mode, and the reason in words."""

    mode: Mode
    selection: Selection
    reason: str


def decide(request: Request, watermark: Watermark | None, position: Position) -> Decision:
    """What to read of a table that stands at ``watermark`` from a source that stands at ``position``.

    Where transaction ids cannot tell what changed (never loaded, another server, ids that went
    back after a restore), everything is read and compared.
    """
    if request.mode == "backfill" and request.window_start and request.window_end:
        window = StampedWithin(request.window_start, request.window_end)
        return Decision(mode="backfill", selection=window, reason="stamped within the backfill's window")
    if request.mode == "full":
        return _everything("everything, as asked for")
    if watermark is None or watermark.watermark is None:
        return _everything("first load")
    if watermark.system_identifier != position.system_identifier:
        return _everything("the source is another server than before: everything is compared")
    if position.xmin < watermark.watermark:
        return _everything("the source's transaction ids went back: everything is compared")
    return Decision(
        mode="incremental",
        selection=ChangedSince(watermark.watermark),
        reason=f"written since transaction {watermark.watermark}",
    )


def _everything(reason: str) -> Decision:
    return Decision(mode="full", selection=Everything(), reason=reason)
