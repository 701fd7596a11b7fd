"""Any table's rows: as they stand, as they stood at a moment, or every version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa

from include.analytics.errors import AskingError, NotThere
from include.analytics.queries import keyset, stars
from include.analytics.queries.conditions import condition
from include.analytics.reading import Snapshot
from include.catalog import TABLES, Table
from include.catalog.model import BOOLEAN, INTEGER, Column, ColumnType, Kind

State = Literal["current", "history", "as_of"]

_INSTANT = ColumnType(Kind.TIMESTAMP, "timestamp with time zone")
_VALID_FROM = Column(name="valid_from", type=_INSTANT, description="When the source was first seen to hold it.")
_IS_INFERRED = Column(
    name="is_inferred", type=BOOLEAN, description="Whether a fact came before it: all but the key is unknown yet."
)
_PERIOD = (
    Column(name="version", type=INTEGER, description="The version's number of its natural key, from 1."),
    _VALID_FROM,
    Column(name="valid_to", type=_INSTANT, nullable=True, description="When another was seen; NULL: the latest."),
    Column(name="is_current", type=BOOLEAN, description="Whether it is the latest version."),
    Column(name="is_deleted", type=BOOLEAN, description="Whether it says that the source no longer has the row."),
)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of a table. ``as_of`` and ``history`` are for the tables that keep versions.

    ``where`` are conditions (`column:operator:value`) that all hold, ``sort`` columns (``-`` before it: descending),
    ``fields`` the columns of the answer (none: all), ``cursor`` where the page before ended.
    """

    table: str
    state: State = "current"
    as_of: datetime | None = None
    where: Sequence[str] = ()
    sort: Sequence[str] = ()
    fields: Sequence[str] = ()
    limit: int = 100
    cursor: str | None = None


@dataclass(frozen=True)
class Page:
    """The statement of a page, and the one that says where it ends: the last row's keys, and of a row after it."""

    rows: sa.Select[Any]
    end: sa.Select[Any]
    ordered: Sequence[keyset.Key]

    def cursor(self, snapshot: Snapshot) -> str | None:
        """Where the next page begins, or None after the last one."""
        found = snapshot.rows(self.end)
        return keyset.cursor(self.ordered, list(found[0].values())) if len(found) > 1 else None


def named(name: str) -> Table:
    """The table of that name; ``NotThere`` lists those that there are."""
    if name not in TABLES:
        raise NotThere(f"There is no table {name[:100]!r}; see `allowed`.", allowed=list(TABLES))
    return TABLES[name]


def depends_on(table: Table) -> set[str]:
    """The tables whose loads change a table's rows: a fact's load brings the members and days that it refers to."""
    refers = {one.name for one in TABLES.values() for column in one.columns if column.references == table.name}
    return {table.name, *refers}


def columns(table: Table, state: State) -> dict[str, Column]:
    """The columns that a table's rows have in a state, by name and in order."""
    own: tuple[Column, ...] = ()
    if state == "history":
        own = _PERIOD
    elif state == "current" and table.is_fed:
        own = (_VALID_FROM,) if table.history == "versions" else (_IS_INFERRED,)
    surrogate = [_surrogate(table)] if table.record_id and state != "as_of" else []
    return {column.name: column for column in (*surrogate, *table.columns, *own)}


def page(asked: Asked) -> Page:
    """The statements that answer; ``AskingError`` for what the table cannot be asked."""
    table = named(asked.table)
    _require_versions(table, asked)
    rows, there = _rows(table, asked), columns(table, asked.state)
    ordered = keyset.keys(there, asked.sort, _unique(table, asked.state))
    conditions = [condition(rows, there, text) for text in asked.where]
    if asked.cursor is not None:
        conditions.append(keyset.after(rows, ordered, keyset.ended(ordered, asked.cursor)))
    chosen = [rows.c[name] for name in _fields(there, asked.fields)]
    order = keyset.ordering(rows, ordered)
    marks = [rows.c[key.column.name] for key in ordered]
    return Page(
        rows=sa.select(*chosen).where(*conditions).order_by(*order).limit(asked.limit),
        end=sa.select(*marks).where(*conditions).order_by(*order).offset(asked.limit - 1).limit(2),
        ordered=ordered,
    )


def _require_versions(table: Table, asked: Asked) -> None:
    if asked.state != "current" and table.history != "versions":
        kept = [one.name for one in TABLES.values() if one.history == "versions"]
        raise AskingError(
            f"{table.name} holds the latest values alone; history and as_of are for {', '.join(kept)}", allowed=kept
        )


def _rows(table: Table, asked: Asked) -> sa.FromClause:
    if not table.is_fed:
        return stars.table(table.name)
    if asked.state == "history":
        return stars.history(table.name)
    return stars.as_of(table.name, asked.as_of)


def _surrogate(table: Table) -> Column:
    return Column(name=str(table.record_id), type=INTEGER, description="The version's own key, in load order.")


def _unique(table: Table, state: State) -> tuple[str, ...]:
    return (*table.natural_key, str(table.record_id)) if state == "history" else table.natural_key


def _fields(there: Mapping[str, Column], asked: Sequence[str]) -> list[str]:
    unknown = [name for name in asked if name not in there]
    if unknown:
        raise AskingError(f"fields: there is no column {unknown[0][:100]!r}; see `allowed`", allowed=list(there))
    return list(dict.fromkeys(asked)) or list(there)
