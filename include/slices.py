"""Which part of a large table a comparison with the source is about: some keys of it, the next ones next time."""

from dataclasses import dataclass

from psycopg import sql

from include.catalog.model import Table
from include.source import postgres, snapshot
from include.warehouse.counts import has_integer_key

ROWS = 200_000
"""Rows of a slice: a table of so many, or fewer, is compared whole."""


@dataclass(frozen=True)
class Slice:
    """The keys behind ``after`` up to ``upto``; None: from the first one, to the last one there will ever be."""

    after: int | None = None
    upto: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole table."""
        return self == WHOLE

    def condition(self, key: sql.Composable) -> sql.Composable:
        """True for the rows whose ``key`` is in it."""
        bounds = [
            sql.SQL("{key} {sign} {bound}").format(key=key, sign=sql.SQL(sign), bound=sql.Literal(bound))
            for sign, bound in ((">", self.after), ("<=", self.upto))
            if bound is not None
        ]
        return sql.SQL(" AND ").join(bounds) if bounds else sql.SQL("true")


WHOLE = Slice()


def next_slice(source: snapshot.Connection, table: Table, last: Slice, *, again: bool) -> Slice:
    """What is compared after ``last``, or ``again`` from where that one began.

    The whole of a table that is small, or whose keys two servers might order differently.
    """
    if postgres.is_small(source, table.source_tables[0]) or not has_integer_key(table):
        return WHOLE
    after = last.after if again else last.upto
    return Slice(after, _key_ahead(source, table, after))


def source_key(table: Table) -> sql.Composable:
    """A large table's key, in the source."""
    return sql.Identifier(table.source_tables[0].name, table.key_sources[0])


def _key_ahead(source: snapshot.Connection, table: Table, after: int | None) -> int | None:
    """The last key of a slice behind ``after``; None where the table ends before."""
    row = source.execute(
        sql.SQL("SELECT {key} FROM {rows} WHERE {behind} ORDER BY {key} OFFSET {ahead} LIMIT 1").format(
            key=source_key(table),
            rows=sql.Identifier(table.source_tables[0].name),
            behind=Slice(after).condition(source_key(table)),
            ahead=sql.Literal(ROWS - 1),
        )
    ).fetchone()
    return int(row[0]) if row else None
