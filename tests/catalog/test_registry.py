"""The rules between declarations."""

import pytest

from include.catalog.model import INTEGER, TEXT, Column
from include.catalog.registry import registry
from include.errors import DeclarationError
from tests.catalog.test_model import COLUMNS, declared

SHOP_KEY = Column(name="parent_id", type=INTEGER, source="shop_id", references="dim_shop", description="Its parent.")


def other(*more: Column, **changed):
    return declared(name="dim_other", columns=(*COLUMNS, *more), **changed)


def test_the_tables_stand_under_their_names_and_cannot_be_changed():
    tables = registry([declared(), other(SHOP_KEY)])
    assert list(tables) == ["dim_shop", "dim_other"]
    with pytest.raises(TypeError):
        tables["dim_third"] = declared()  # type: ignore[index]


def test_a_reference_may_stand_before_its_dimension():
    assert len(registry([other(SHOP_KEY), declared()])) == 2


def test_a_transform_may_add_columns():
    added = Column(name="colour", type=TEXT, description="Added.")
    assert registry([other(added, transform=lambda rows: rows)])["dim_other"].columns[-1] is added


def referring(dimension: str) -> Column:
    return Column(name="parent_id", type=INTEGER, source="shop_id", references=dimension, description="")


BROKEN = {
    "a name twice": ([declared(), declared()], "dim_shop", "its name twice", "one declaration a table"),
    "an unknown column": (
        [other(Column(name="colour", type=TEXT, description=""))],
        "dim_other",
        "colour read from 'colour'",
        "a column of its source",
    ),
    "an unknown lookup column": (
        [other(Column(name="colour", type=TEXT, source="town.colour", description=""))],
        "dim_other",
        "colour read from 'town.colour'",
        "a column of its source",
    ),
    "an unknown lookup": (
        [other(Column(name="colour", type=TEXT, source="country.name", description=""))],
        "dim_other",
        "colour read from 'country.name'",
        "a column of its source",
    ),
    "a reference to nothing": (
        [other(referring("dim_none"))],
        "dim_other",
        "parent_id refers to 'dim_none'",
        "a dimension of one key",
    ),
    "a reference to a table of versions": (
        [declared(name="fact", history="versions", record_id="fact_id"), other(referring("fact"))],
        "dim_other",
        "parent_id refers to 'fact'",
        "a dimension of one key",
    ),
    "a reference to a table of two keys": (
        [declared(natural_key=("shop_id", "name")), other(SHOP_KEY)],
        "dim_other",
        "parent_id refers to 'dim_shop'",
        "a dimension of one key",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_rule_is_refused(name: str):
    tables, table, found, expected = BROKEN[name]
    with pytest.raises(DeclarationError) as caught:
        registry(tables)
    assert caught.value.where == f"table {table}"
    assert caught.value.found == found
    assert caught.value.expected == expected
    assert "include/catalog" in caught.value.remedy
