"""Decide what a run reads of each table: which rows, and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from include.catalog.model import Table
from include.errors import SettingError
from include.manifest import Mode
from include.source.selection import ChangedSince, Everything, Selection, StampedSince, StampedWithin
from include.source.snapshot import Position
from include.warehouse.ledger import Watermark

RunMode = Literal["incremental", "full", "backfill", "replay"]
PROVE_EVERY = timedelta(minutes=25)  # within a run of the half hour that is promised
COMPARE_KEYS_EVERY = timedelta(minutes=25)


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a run was asked for: some tables, a mode, and for a backfill a half-open window in UTC.

    ``allow_mass_delete`` lets through what the guard against mass deletes would withhold.
    """

    tables: tuple[str, ...]
    mode: RunMode = "incremental"
    window_start: datetime | None = None
    window_end: datetime | None = None
    allow_mass_delete: bool = False

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
            "allow_mass_delete": self.allow_mass_delete,
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
            allow_mass_delete=record["allow_mass_delete"],
        )


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Which rows of a table to read, as which mode, and the reason in words."""

    mode: Mode
    selection: Selection
    reason: str


def decide(table: Table, request: Request, watermark: Watermark | None, position: Position) -> tuple[Decision, ...]:
    """What to read of a table that stands at ``watermark`` from a source that stands at ``position``, in order.

    Where neither transaction ids nor stamps can tell what changed (never loaded, another server, ids
    that went back after a restore), everything is read and compared. A table read by `last_updated` is
    proven by transaction ids every now and then: what that second read finds, the stamps had missed.
    """
    if request.mode == "backfill" and request.window_start and request.window_end:
        window = StampedWithin(request.window_start, request.window_end)
        return (Decision(mode="backfill", selection=window, reason="stamped within the backfill's window"),)
    if request.mode == "full":
        return (_everything("everything, as asked for"),)
    if watermark is None or watermark.watermark is None:
        return (_everything("first load"),)
    if watermark.system_identifier != position.system_identifier:
        return (_everything("the source is another server than before: everything is compared"),)
    if position.xmin < watermark.watermark:
        return (_everything("the source's transaction ids went back: everything is compared"),)
    changed = ChangedSince(watermark.watermark)
    reason = f"written since transaction {watermark.watermark}"
    if table.changes == "xmin" or watermark.horizon is None:
        return (Decision(mode="incremental", selection=changed, reason=reason),)
    stamped = Decision(
        mode="stamped",
        selection=StampedSince(watermark.horizon),
        reason=f"stamped since {watermark.horizon.isoformat()}",
    )
    if is_due(watermark.proven_at, PROVE_EVERY, position):
        return stamped, Decision(mode="proof", selection=changed, reason=f"{reason}, to prove it")
    return (stamped,)


def is_due(last: datetime | None, every: timedelta, position: Position) -> bool:
    """Whether something that was last done then is to be done again, by the source's clock."""
    return last is None or position.at - last >= every


def _everything(reason: str) -> Decision:
    return Decision(mode="full", selection=Everything(), reason=reason)
