"""The versions of one row of a fact: what happened, and what changed from each to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from include.analytics.queries.members import Names
from include.analytics.reading import Row
from include.catalog import Table
from include.catalog.model import Column

Event = Literal["first seen", "revised", "deleted", "came back"]
_STAMP = ("last_updated_date", "last_updated_time")


@dataclass(frozen=True, kw_only=True)
class Change:
    """A column that differs from the version before; the names are those of a dimension's members."""

    column: str
    old: Any
    new: Any
    old_name: str | None
    new_name: str | None


@dataclass(frozen=True, kw_only=True)
class Version:
    """One version. ``is_stamped`` says whether the shop's own `last_updated` moved with it."""

    number: int
    event: Event
    seen_at: datetime
    until: datetime | None
    is_stamped: bool
    row: Row
    names: dict[str, str]
    changes: Sequence[Change]


def told(table: Table, rows: Sequence[Row], names: Names) -> list[Version]:
    """The versions of one natural key, from its rows of the history view in their order."""
    before: Sequence[Row | None] = [None, *rows]
    return [_version(table, old, new, names) for old, new in zip(before, rows, strict=False)]


def _version(table: Table, old: Row | None, new: Row, names: Names) -> Version:
    changes = [] if old is None else _changes(table, old, new, names)
    called = {column.name: _called(column, new[column.name], names) for column in table.columns}
    return Version(
        number=new["version"],
        event=_event(old, new),
        seen_at=new["valid_from"],
        until=new["valid_to"],
        is_stamped=old is None or any(change.column in _STAMP for change in changes),
        row=new,
        names={column: name for column, name in called.items() if name is not None},
        changes=changes,
    )


def _event(old: Row | None, new: Row) -> Event:
    if new["is_deleted"]:
        return "deleted"
    if old is None:
        return "first seen"
    return "came back" if old["is_deleted"] else "revised"


def _changes(table: Table, old: Row, new: Row, names: Names) -> list[Change]:
    return [
        Change(
            column=column.name,
            old=old[column.name],
            new=new[column.name],
            old_name=_called(column, old[column.name], names),
            new_name=_called(column, new[column.name], names),
        )
        for column in table.columns
        if old[column.name] != new[column.name]
    ]


def _called(column: Column, key: Any, names: Names) -> str | None:
    return names.get(column.references or "", {}).get(key)
