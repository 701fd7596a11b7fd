"""Which tables are extracted, and what is new in each since the last time."""

from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from include.analytics.queries import stars
from include.catalog import TABLES
from include.processed.schema import arrow_type

Growth = Literal["versions", "latest", "whole"]


@dataclass(frozen=True, kw_only=True)
class Extract:
    """A table of the warehouse as it is extracted.

    Of ``versions`` a part holds those with a greater record id than all parts before; of ``latest`` the rows
    that a load wrote since, which replace those of the same key; a ``whole`` table is one part, written anew.
    ``recent`` is the condition (SQL) for a row of a whole table to be in it, ``left_out`` are columns that are not
    extracted.
    """

    name: str
    growth: Growth = "whole"
    recent: str = "true"
    left_out: tuple[str, ...] = ()

    @property
    def columns(self) -> list[sa.Column[Any]]:
        """The columns of its parts. Which version is current follows from the record ids, and changes."""
        left_out = {*self.left_out, "is_current"}
        return [column for column in stars.table(self.name).c if column.name not in left_out]

    @property
    def key(self) -> tuple[str, ...]:
        """What orders its rows: the record id, or else the primary key."""
        return tuple(column.name for column in stars.table(self.name).primary_key)

    @property
    def natural_key(self) -> tuple[str, ...]:
        """What its versions, or the rows that replace each other, have in common."""
        return TABLES[self.name].natural_key

    @property
    def schema(self) -> pa.Schema:
        """The Arrow schema of its parts."""
        return pa.schema([(column.name, _arrow(column)) for column in self.columns])


_LAST_DAYS, _SHORT, _LONG = (f"now() - interval '{days} days'" for days in (2, 7, 90))
# A run without failures has one alert, `loaded`: of those, the last days' are enough.
_TOLD = f"happened_at > {_LONG} AND (event <> 'loaded' OR happened_at > {_SHORT})"
_LATEST = "load_id IN (SELECT w.load_id FROM etl_watermark AS w)"

EXTRACTS = (
    *(Extract(name=table.name, growth=table.history if table.is_fed else "whole") for table in TABLES.values()),
    Extract(name="etl_watermark"),
    Extract(name="etl_ledger", recent=f"loaded_at > {_SHORT} OR {_LATEST}"),
    Extract(name="etl_quarantine", recent=f"resolved_at IS NULL OR resolved_at > {_SHORT}"),
    Extract(name="etl_check", recent=f"checked_at > {_SHORT}"),
    Extract(name="etl_source_column"),
    Extract(name="etl_run", recent=f"ended_at > {_SHORT}"),
    Extract(
        name="etl_run_table",
        recent=f"run_id IN (SELECT run_id FROM etl_run WHERE ended_at > {_LAST_DAYS})",  # noqa: S608  constants
    ),
    Extract(name="etl_alert", recent=_TOLD),
    # What a mail server answered may name people and hosts.
    Extract(
        name="etl_delivery",
        recent=f"alert_id IN (SELECT alert_id FROM etl_alert WHERE {_TOLD})",  # noqa: S608  constants
        left_out=("last_error",),
    ),
)
"""Every table that pages and API read."""

BY_NAME = {extract.name: extract for extract in EXTRACTS}


def is_document(column: sa.Column[Any] | sa.ColumnElement[Any]) -> bool:
    """Whether a column's values are JSON or lists; in the extracts they are JSON's text."""
    return isinstance(column.type, sa.JSON | postgresql.JSONB | sa.ARRAY | postgresql.ARRAY)


def _arrow(column: sa.Column[Any]) -> pa.DataType:
    table = TABLES.get(column.table.name)
    declared = next((one for one in table.columns if one.name == column.name), None) if table else None
    if declared is not None:
        return arrow_type(declared.type)
    return pa.string() if is_document(column) else _BOOKKEEPING[type(column.type)](column.type)


_BOOKKEEPING: dict[type[Any], Any] = {
    sa.Integer: lambda _: pa.int32(),
    sa.BigInteger: lambda _: pa.int64(),
    sa.Boolean: lambda _: pa.bool_(),
    sa.Date: lambda _: pa.date32(),
    sa.String: lambda _: pa.string(),
    sa.Text: lambda _: pa.string(),
    sa.TIMESTAMP: lambda of: pa.timestamp("us", "UTC" if of.timezone else None),
    sa.Numeric: lambda of: pa.decimal128(of.precision or 38, of.scale or 0),  # of none: sums of hashes
    sa.Float: lambda _: pa.float64(),
    sa.Double: lambda _: pa.float64(),
    sa.DOUBLE_PRECISION: lambda _: pa.float64(),
    postgresql.DOUBLE_PRECISION: lambda _: pa.float64(),
}
