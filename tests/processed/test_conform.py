"""A batch of raw rows in the declared shape: joined exactly, transformed, typed."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.catalog import TABLES
from include.errors import ContractError
from include.processed.conform import conform
from include.processed.schema import arrow_schema
from tests.processed.tables import DIM_SHOP, shops, towns

NUMBERS = st.integers(1, 30).map(str)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)


def test_a_batch_has_the_declared_schema():
    batch = conform(DIM_SHOP, shops({}), towns(("7", "Leeds", None)))
    assert batch.schema.equals(arrow_schema(DIM_SHOP), check_metadata=True)
    assert batch.to_pylist()[0]["town"] == "Leeds"
    assert batch.to_pylist()[0]["zip"] == "Unknown"


def test_an_empty_batch_conforms():
    batch = conform(DIM_SHOP, shops(), towns())
    assert batch.num_rows == 0
    assert batch.schema.equals(arrow_schema(DIM_SHOP))


@given(
    rows=st.lists(NUMBERS, max_size=40),
    names=st.dictionaries(NUMBERS, st.tuples(TEXTS, st.none() | TEXTS), min_size=30, max_size=30),
)
def test_each_row_gets_its_own_lookup_row(rows: list[str], names: dict[str, tuple[str, str | None]]):
    batch = conform(
        DIM_SHOP,
        shops(*({"shop_id": str(number), "town_id": town} for number, town in enumerate(rows))),
        towns(*((town, name, code) for town, (name, code) in names.items())),
    )
    assert [(row["shop_id"], row["town"], row["zip"]) for row in batch.to_pylist()] == [
        (number, names[town][0], "Unknown" if names[town][1] is None else names[town][1])
        for number, town in enumerate(rows)
    ]


def test_a_row_without_its_lookup_row_is_refused():
    with pytest.raises(ContractError) as caught:
        conform(DIM_SHOP, shops({}, {"town_id": "8"}), towns(("7", "Leeds", "LS1")))
    assert caught.value.where == "dim_shop.town (read from town.name)"
    assert caught.value.found == "NULL in 1 of 2 rows"


CURRENCY = TABLES["dim_currency"]


def currencies(*codes: str) -> pa.RecordBatch:
    rows = [
        {"currency_id": str(number), "currency_code": code, "created_at": None, "last_updated": None}
        for number, code in enumerate(codes)
    ]
    schema = pa.schema([(name, pa.string()) for name in CURRENCY.source_tables[0].columns])
    return pa.RecordBatch.from_pylist(rows, schema)


def test_currencies_get_their_names_from_iso_4217():
    batch = conform(CURRENCY, currencies("GBP", "USD", "EUR", "JPY", "CHF"), {})
    assert [row["currency_name"] for row in batch.to_pylist()] == [
        "Pound Sterling",
        "US Dollar",
        "Euro",
        "Yen",
        "Swiss Franc",
    ]


@pytest.mark.parametrize("code", ["XYZ", "gbp", ""])
def test_a_code_that_iso_4217_does_not_list_is_refused(code: str):
    with pytest.raises(ContractError) as caught:
        conform(CURRENCY, currencies("GBP", code), {})
    assert "dim_currency.currency_name" in caught.value.where
    assert caught.value.found == "NULL in 1 of 2 rows"


def test_no_currencies_conform():
    assert conform(CURRENCY, currencies(), {}).num_rows == 0
