"""What every reader offers: statements of SQLAlchemy Core, answered within one snapshot."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

import sqlalchemy as sa

Row = Mapping[str, Any]
Batch = Sequence[Sequence[Any]]


class Snapshot(Protocol):
    """The stars at one instant; every question put to it sees the same rows."""

    def version(self, tables: Collection[str]) -> str:
        """What changes whenever something was loaded into one of these tables, and only then."""

    def rows(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> list[Row]:
        """All rows of an answer, by column name."""

    def stream(self, statement: sa.Select[Any] | sa.CompoundSelect[Any]) -> Iterator[Batch]:
        """The rows of an answer in batches, never all at once."""


class Reader(Protocol):
    """Opens snapshots; safe to be used by many threads."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """One consistent look, given back at the end of the block.

        Raises ``WarehouseUnavailable`` where nobody answers, ``TooLong`` where a question takes too long.
        """
