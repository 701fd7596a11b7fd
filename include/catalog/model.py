"""What a declaration is made of: source tables, columns, lookups, warehouse tables.

Frozen dataclasses without behaviour towards any store: the Arrow schema, the DDL, the merge, the
task group and the data dictionary are all derived from them elsewhere. This module is imported by
the DAG file, so it imports nothing heavy.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

from include.errors import DeclarationError

if TYPE_CHECKING:
    import pandas as pd

_WIDENS = " or "
_WHOLE_NUMBERS = {"smallint", "integer", "bigint"}
History = Literal["latest", "versions"]
Changes = Literal["xmin", "last_updated"]
Transform = Callable[["pd.DataFrame"], "pd.DataFrame"]


class Kind(StrEnum):
    """The kinds of value the warehouse holds."""

    INTEGER = "integer"
    TEXT = "text"
    NUMERIC = "numeric"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    TIMESTAMP = "timestamp"


@dataclass(frozen=True)
class ColumnType:
    """A column's type: its SQL spelling in PostgreSQL and what the Arrow type is made from.

    ``precision`` and ``scale`` are set for numerics only: what the source can hold, even where the
    published warehouse type (a bare ``numeric``) does not say so.
    """

    kind: Kind
    sql: str
    precision: int | None = None
    scale: int | None = None


INTEGER = ColumnType(Kind.INTEGER, "integer")
TEXT = ColumnType(Kind.TEXT, "character varying")
BOOLEAN = ColumnType(Kind.BOOLEAN, "boolean")
DATE = ColumnType(Kind.DATE, "date")
TIME = ColumnType(Kind.TIME, "time without time zone")
MONEY = ColumnType(Kind.NUMERIC, "numeric(10,2)", 10, 2)
MONEY_UNBOUNDED = ColumnType(Kind.NUMERIC, "numeric", 10, 2)


@dataclass(frozen=True, eq=False)
class SourceTable:
    """A table of a source: its name, primary key, and columns with PostgreSQL's ``format_type`` names.

    A column that may be widened without anybody's word says so: ``integer or bigint``.
    """

    source: str
    name: str
    key: str
    columns: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.key not in self.columns:
            self._refuse(f"the key {self.key!r}, which is no column", f"one of {', '.join(self.columns)}")
        if _WIDENS in self.columns[self.key]:
            # The keys of all rows are compared in the declared type: one that does not fit could not be.
            self._refuse(f"the key {self.key!r} as {self.columns[self.key]}", "one type for a key")

    def _refuse(self, found: str, expected: str) -> None:
        raise DeclarationError(
            f"source table {self.source}.{self.name}",
            found=found,
            expected=expected,
            remedy="correct the key in include/catalog",
        )

    def accepts(self, column: str, found: str | None) -> bool:
        """Whether a column may have this type in the source."""
        return found in self.columns[column].split(_WIDENS)


@dataclass(frozen=True, eq=False)
class SourceFile:
    """A file of a source, always fetched whole; ``setting`` names the setting that holds its URL."""

    source: str
    name: str
    setting: str


@dataclass(frozen=True)
class Lookup:
    """A source table joined to the driving one: ``driving.foreign_key = table.<its key>``."""

    table: SourceTable
    foreign_key: str


@dataclass(frozen=True, kw_only=True)
class Column:
    """A published column of a warehouse table.

    ``source`` is the driving table's column, ``<lookup table>.<column>``, or a column that the
    table's transform adds; empty means: the same name. ``references`` is the dimension whose key it
    holds. ``null_as`` stands for NULL where the source allows it and the warehouse does not.
    ``allowed`` lists the texts that may be there (none: any).
    """

    name: str
    type: ColumnType
    description: str
    source: str = ""
    nullable: bool = False
    references: str | None = None
    null_as: str | None = None
    allowed: tuple[str, ...] = ()

    @property
    def source_name(self) -> str:
        """The column it is read from."""
        return self.source or self.name


@dataclass(frozen=True, kw_only=True, eq=False)
class Table:
    """A warehouse table, declared once.

    ``history`` is ``versions`` (every version is a row, one of them current) or ``latest`` (one row
    a natural key). ``driving`` is None for a table that is made of ``files``, and for one that the
    warehouse generates by itself, which has neither.
    ``record_id`` is the surrogate key, one a version. ``transform`` is pure: it gets the rows as
    text, columns named as in the source (``<lookup>.<column>`` for lookups), and returns them with
    columns added; it is there only where a rename and a cast do not do. ``split_rows`` declares a table
    large: a read of all of it is split into key ranges of about so many rows (None: never).
    """

    name: str
    description: str
    grain: str
    natural_key: tuple[str, ...]
    columns: tuple[Column, ...]
    history: History = "latest"
    driving: SourceTable | None = None
    lookups: tuple[Lookup, ...] = field(default=())
    files: tuple[SourceFile, ...] = field(default=())
    record_id: str | None = None
    transform: Transform | None = None
    changes: Changes = "xmin"
    split_rows: int | None = None

    def __post_init__(self) -> None:
        names = self.column_names
        self._require(len(set(names)) == len(names), f"a column twice in {names}", "unique column names")
        missing = [key for key in self.natural_key if key not in names]
        self._require(not missing, f"natural key {missing} among no columns", f"some of {names}")
        self._require(
            (self.record_id is not None) == (self.history == "versions"),
            f"history {self.history!r} with record_id {self.record_id!r}",
            "a record_id exactly where every version is kept",
        )
        sources = [source.name for source in self.source_tables]
        # The rows of one landed table and its joined columns are told apart by its name.
        self._require(
            len(set(sources)) == len(sources), f"a source table twice in {', '.join(sources)}", "each source table once"
        )
        for lookup in self.lookups:
            self._require(
                self.driving is not None and lookup.foreign_key in self.driving.columns,
                f"lookup {lookup.table.name} by {lookup.foreign_key!r}",
                "a column of the driving table",
            )
        if self.split_rows is not None:
            self._check_split(self.split_rows)

    def _check_split(self, rows: int) -> None:
        """A range of keys must say which rows of the source it holds, and which of the warehouse's."""
        self._require(rows > 0, f"split_rows {rows}", "how many rows a range holds")
        key = self.driving.key if self.driving else ""
        self._require(
            self.driving is not None
            and self.key_sources == (key,)
            and self.driving.columns[key] in _WHOLE_NUMBERS
            and not self.lookups,
            f"split_rows {rows} with natural key {', '.join(self.natural_key)}"
            + (f" and lookups {', '.join(lookup.table.name for lookup in self.lookups)}" if self.lookups else ""),
            "one natural key, the driving table's own, a whole number, and no lookups",
        )

    def _require(self, holds: bool, found: str, expected: str) -> None:
        if not holds:
            raise DeclarationError(
                f"table {self.name}",
                found=found,
                expected=expected,
                remedy="correct its file in include/catalog",
            )

    @property
    def is_fed(self) -> bool:
        """Whether it is loaded from a source."""
        return self.driving is not None or bool(self.files)

    @property
    def sources(self) -> "tuple[SourceTable, ...] | tuple[SourceFile, ...]":
        """What it is made of: tables of a database or files."""
        return self.files or self.source_tables

    @property
    def landed_as(self) -> tuple[str, str]:
        """The source and the name under which its loads lie in the raw zone."""
        if self.files:
            return self.files[0].source, self.name
        return self.source_tables[0].source, self.source_tables[0].name

    @property
    def column_names(self) -> tuple[str, ...]:
        """The published columns' names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def key_sources(self) -> tuple[str, ...]:
        """The columns that the natural key is read from, in the key's order."""
        by_name = {column.name: column.source_name for column in self.columns}
        return tuple(by_name[name] for name in self.natural_key)

    @property
    def source_tables(self) -> tuple[SourceTable, ...]:
        """The driving table and the lookups, in that order; none for a generated table."""
        if self.driving is None:
            return ()
        return (self.driving, *(lookup.table for lookup in self.lookups))

    def source_type(self, column: Column) -> str | None:
        """The source's type of a column, or None for one that the transform adds."""
        table_name, dot, name = column.source_name.rpartition(".")
        for source_table in self.source_tables:
            if source_table.name == table_name or not dot:
                return source_table.columns.get(name)
        return None
