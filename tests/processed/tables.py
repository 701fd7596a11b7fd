"""A declaration with a column of every kind, and raw rows for it without a source."""

import pyarrow as pa

from include.catalog.model import (
    BOOLEAN,
    DATE,
    INTEGER,
    MONEY,
    TEXT,
    TIME,
    Column,
    ColumnType,
    Kind,
    Lookup,
    SourceTable,
    Table,
)

TOWN = SourceTable("totesys", "town", "town_id", {"town_id": "integer", "name": "text", "zip": "text"})
SHOP = SourceTable(
    "totesys",
    "shop",
    "shop_id",
    {
        "shop_id": "integer",
        "town_id": "integer",
        "name": "text",
        "price": "numeric(10,2)",
        "open": "boolean",
        "opens_on": "text",
        "made_at": "timestamp(3) without time zone",
    },
)
COLUMNS = {
    column.name: column
    for column in (
        Column(name="shop_id", type=INTEGER, description=""),
        Column(name="name", type=TEXT, description=""),
        Column(name="price", type=MONEY, description=""),
        Column(name="open", type=BOOLEAN, description=""),
        Column(name="opens_on", type=DATE, description=""),
        Column(name="made_date", type=DATE, source="made_at", description=""),
        Column(name="made_time", type=TIME, source="made_at", description=""),
        Column(name="made_at", type=ColumnType(Kind.TIMESTAMP, "timestamp"), description=""),
        Column(name="town", type=TEXT, source="town.name", description=""),
        Column(name="zip", type=TEXT, source="town.zip", null_as="Unknown", description=""),
    )
}
DIM_SHOP = Table(
    name="dim_shop",
    description="",
    grain="one shop",
    natural_key=("shop_id",),
    columns=tuple(COLUMNS.values()),
    driving=SHOP,
    lookups=(Lookup(TOWN, foreign_key="town_id"),),
)
_ROW = {
    "shop_id": "1",
    "town_id": "7",
    "name": "Ace",
    "price": "2.50",
    "open": "t",
    "opens_on": "2024-02-29",
    "made_at": "2024-11-01 09:00:00.123",
}


def shops(*rows: dict[str, str | None]) -> pa.RecordBatch:
    """Raw rows of shops: each a usual one with some columns changed."""
    schema = pa.schema([(name, pa.string()) for name in SHOP.columns])
    return pa.RecordBatch.from_pylist([_ROW | row for row in rows], schema)


def towns(*rows: tuple[str | None, ...]) -> dict[str, pa.Table]:
    """Raw rows of towns (number, name, zip), as the lookups of shops."""
    schema = pa.schema([(name, pa.string()) for name in TOWN.columns])
    return {"town": pa.Table.from_pylist([dict(zip(TOWN.columns, row, strict=True)) for row in rows], schema)}
