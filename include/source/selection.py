"""Which rows of a source table one read is about, as an SQL condition.

Change detection is the row's own `xmin`, the transaction that wrote it, against the oldest
transaction that the previous snapshot could not see. Every insert and update is found however late
it commits, whether or not it moves `last_updated`, with nothing but SELECT.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from psycopg import sql

from include.source.snapshot import Position

# The 32-bit xmin of a row, widened to 64 bits: the newest id at or below {newest} that ends in those bits.
_WIDENED_XMIN = "({newest} - (({newest} - {row}.xmin::text::bigint) & 4294967295))"


@dataclass(frozen=True)
class Everything:
    """All rows: a first load, or a full comparison."""

    def condition(self, row: str, position: Position) -> sql.Composable:
        """Always true."""
        del row, position
        return sql.SQL("true")


@dataclass(frozen=True)
class ChangedSince:
    """The rows written by a transaction that the snapshot with this ``xmin`` could not see.

    Some rows are read twice (those committed while an older transaction was open); the load
    compares content and absorbs them.
    """

    watermark: int

    def condition(self, row: str, position: Position) -> sql.Composable:
        """True for the changed rows of the table with alias ``row``."""
        return sql.SQL(_WIDENED_XMIN + " >= {since}").format(
            newest=sql.Literal(position.xmax - 1), row=sql.Identifier(row), since=sql.Literal(self.watermark)
        )


@dataclass(frozen=True)
class StampedSince:
    """The rows whose `last_updated` is at or after a horizon (UTC): for a table too large to be scanned.

    It does not see an edit that leaves the stamp where it was; a proof by transaction ids now and then does.
    """

    horizon: datetime

    def condition(self, row: str, position: Position) -> sql.Composable:
        """True for the rows of the table with alias ``row`` that carry such a stamp, or none."""
        del position
        return sql.SQL("({row}.last_updated >= {horizon} OR {row}.last_updated IS NULL)").format(
            row=sql.Identifier(row), horizon=sql.Literal(_in_utc(self.horizon))
        )


@dataclass(frozen=True)
class StampedWithin:
    """The rows whose `last_updated` lies in a window, half-open, with time zones: a backfill."""

    start: datetime
    end: datetime

    def condition(self, row: str, position: Position) -> sql.Composable:
        """True for the rows of the table with alias ``row`` that carry a stamp in the window."""
        del position
        return sql.SQL("({row}.last_updated >= {start} AND {row}.last_updated < {end})").format(
            row=sql.Identifier(row),
            start=sql.Literal(_in_utc(self.start)),
            end=sql.Literal(_in_utc(self.end)),
        )


@dataclass(frozen=True)
class KeysWithin:
    """The rows whose key lies in ``[start, end)``, an end that is None being open: a range of a split read."""

    key: str
    start: int | None
    end: int | None

    def condition(self, row: str, position: Position) -> sql.Composable:
        """True for the rows of the table with alias ``row`` within the range."""
        del position
        bounds = [(">=", self.start), ("<", self.end)]
        return sql.SQL(" AND ").join(
            [
                sql.SQL("true"),
                *(
                    sql.SQL("{row}.{key} " + comparison + " {bound}").format(
                        row=sql.Identifier(row), key=sql.Identifier(self.key), bound=sql.Literal(bound)
                    )
                    for comparison, bound in bounds
                    if bound is not None
                ),
            ]
        )


Selection = KeysWithin | Everything | ChangedSince | StampedSince | StampedWithin


def _in_utc(instant: datetime) -> datetime:
    """The source keeps UTC without saying so: timestamp without time zone."""
    return instant.astimezone(UTC).replace(tzinfo=None)
