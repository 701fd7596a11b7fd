"""The rules of one declaration: broken ones are refused when built, by the table's name."""

from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from include.catalog.model import INTEGER, TEXT, Column, Lookup, SourceTable, Table
from include.errors import DeclarationError

SHOP = SourceTable("totesys", "shop", "shop_id", {"shop_id": "integer", "town_id": "integer", "name": "text"})
TOWN = SourceTable("totesys", "town", "town_id", {"town_id": "integer", "name": "text"})
COLUMNS = (
    Column(name="shop_id", type=INTEGER, description="The number."),
    Column(name="name", type=TEXT, description="The name."),
    Column(name="town", type=TEXT, source="town.name", description="The town."),
)


def declared(**changed: Any) -> Table:
    """A sound declaration of `dim_shop`, with some fields changed."""
    fields: dict[str, Any] = {
        "name": "dim_shop",
        "description": "The shops.",
        "grain": "one shop",
        "natural_key": ("shop_id",),
        "columns": COLUMNS,
        "driving": SHOP,
        "lookups": (Lookup(TOWN, foreign_key="town_id"),),
    }
    return Table(**(fields | changed))


def test_a_sound_declaration_says_where_it_comes_from():
    table = declared()
    assert table.column_names == ("shop_id", "name", "town")
    assert table.source_tables == (SHOP, TOWN)
    assert [table.source_type(column) for column in table.columns] == ["integer", "text", "text"]


def test_a_generated_table_has_no_source():
    table = declared(driving=None, lookups=())
    assert table.source_tables == ()
    assert table.source_type(COLUMNS[0]) is None


def test_a_column_that_a_transform_adds_has_no_source_type():
    assert declared().source_type(Column(name="added", type=TEXT, description="")) is None


def test_a_declaration_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        declared().name = "other"  # type: ignore[misc]


SPLIT_SHOP = SourceTable("totesys", "shop", "shop_id", SHOP.columns | {"shop_id": "bigint", "town_id": "text"})
SPLIT = {"driving": SPLIT_SHOP, "columns": COLUMNS[:2], "lookups": (), "split_rows": 1_000}


def test_a_large_table_says_how_many_rows_a_range_has():
    assert declared(**SPLIT).split_rows == 1_000


BROKEN = {
    "a range without rows": (SPLIT | {"split_rows": 0}, "split_rows 0", "how many rows"),
    "ranges of a joined table": ({"split_rows": 9}, "lookups town", "no lookups"),
    "ranges of another column": (SPLIT | {"natural_key": ("name",)}, "natural key name", "the driving table's own"),
    "ranges of two columns": (SPLIT | {"natural_key": ("shop_id", "name")}, "shop_id, name", "one natural key"),
    "ranges of texts": (
        SPLIT | {"driving": SourceTable("totesys", "shop", "shop_id", {"shop_id": "text", "name": "text"})},
        "split_rows 1000 with natural key shop_id",
        "a whole number",
    ),
    "ranges of files": (SPLIT | {"driving": None}, "split_rows 1000", "the driving table's own"),
    "a column twice": ({"columns": (*COLUMNS, COLUMNS[0])}, "a column twice in", "unique column names"),
    "key among no columns": ({"natural_key": ("id",)}, "'id'", "shop_id"),
    "versions without a key of their own": ({"history": "versions"}, "record_id None", "a record_id exactly where"),
    "a version key without versions": ({"record_id": "shop_record_id"}, "'shop_record_id'", "a record_id exactly"),
    "lookup by an unknown column": (
        {"lookups": (Lookup(TOWN, foreign_key="city_id"),)},
        "lookup town by 'city_id'",
        "a column of the driving table",
    ),
    "lookup without a driving table": ({"driving": None}, "lookup town by 'town_id'", "a column of the driving"),
    "the same lookup table twice": (
        {"lookups": (Lookup(TOWN, foreign_key="town_id"), Lookup(TOWN, foreign_key="shop_id"))},
        "a source table twice in shop, town, town",
        "each source table once",
    ),
    "the driving table as its own lookup": (
        {"lookups": (Lookup(SHOP, foreign_key="shop_id"),)},
        "a source table twice in shop, shop",
        "each source table once",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_declaration_is_refused(name: str):
    changed, found, expected = BROKEN[name]
    with pytest.raises(DeclarationError) as caught:
        declared(**changed)
    assert caught.value.where == "table dim_shop"
    assert found in caught.value.found
    assert expected in caught.value.expected
    assert "include/catalog" in caught.value.remedy


def test_a_source_table_without_its_key_is_refused():
    with pytest.raises(DeclarationError) as caught:
        SourceTable("totesys", "shop", "id", {"shop_id": "integer"})
    assert caught.value.where == "source table totesys.shop"
    assert "'id'" in caught.value.found
    assert "shop_id" in caught.value.expected
