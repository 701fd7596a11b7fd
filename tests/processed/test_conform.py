"""A batch of raw rows in the declared shape: joined exactly, transformed, typed."""

import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from include.catalog import TABLES
from include.processed.conform import conform
from include.processed.quarantine import read_lines, write_lines
from include.processed.schema import arrow_schema
from tests.processed.tables import DIM_SHOP, shops, towns

NUMBERS = st.integers(1, 30).map(str)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)


def test_a_batch_has_the_declared_schema():
    batch = conform(DIM_SHOP, shops({}), towns(("7", "Leeds", None))).rows
    assert batch.schema.equals(arrow_schema(DIM_SHOP), check_metadata=True)
    assert batch.to_pylist()[0]["town"] == "Leeds"
    assert batch.to_pylist()[0]["zip"] == "Unknown"


def test_an_empty_batch_conforms():
    batch = conform(DIM_SHOP, shops(), towns()).rows
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
    ).rows
    assert [(row["shop_id"], row["town"], row["zip"]) for row in batch.to_pylist()] == [
        (number, names[town][0], "Unknown" if names[town][1] is None else names[town][1])
        for number, town in enumerate(rows)
    ]


def test_a_row_without_its_lookup_row_is_set_aside():
    conformed = conform(DIM_SHOP, shops({}, {"shop_id": "2", "town_id": "8"}), towns(("7", "Leeds", "LS1")))
    assert [row["shop_id"] for row in conformed.rows.to_pylist()] == [1]
    (aside,) = conformed.quarantined
    assert aside.natural_key == "2"
    assert aside.rules == ("town.name is NULL, expected text, never NULL",)
    assert aside.row["town_id"] == "8"


def test_a_row_that_breaks_several_rules_is_set_aside_once_with_all_of_them():
    bad = {"shop_id": "2", "price": "NaN", "opens_on": "2024-13-01", "name": "O'Hara \"; --"}
    conformed = conform(DIM_SHOP, shops({}, bad, {"shop_id": "3"}), towns(("7", "Leeds", None)))
    assert [row["shop_id"] for row in conformed.rows.to_pylist()] == [1, 3]
    (aside,) = conformed.quarantined
    assert aside.rules == (
        "price is 'NaN', expected a finite number of at most 10 digits, 2 of them decimals, never NULL",
        "opens_on is '2024-13-01', expected a day as YYYY-MM-DD, never NULL",
    )
    assert aside.row | bad == aside.row, "the row is kept as the source wrote it"
    assert aside.row["town.name"] == "Leeds"


def test_a_long_value_is_shown_in_part_and_kept_whole():
    conformed = conform(DIM_SHOP, shops({"opens_on": "x" * 1000}), towns(("7", "Leeds", None)))
    (aside,) = conformed.quarantined
    assert aside.rules == (
        f"opens_on is '{'x' * 200}' and 800 characters more, expected a day as YYYY-MM-DD, never NULL",
    )
    assert aside.row["opens_on"] == "x" * 1000
    assert conformed.rows.num_rows == 0
    assert conformed.rows.schema.equals(arrow_schema(DIM_SHOP))


def test_quarantined_rows_are_read_as_they_were_written():
    conformed = conform(DIM_SHOP, shops({"opens_on": "a\nb\u2028c 🧵 \u202e", "name": None}), towns(("7", "L", None)))
    body = io.BytesIO()
    write_lines(body, conformed.quarantined * 2)
    body.seek(0)
    assert list(read_lines(body)) == conformed.quarantined * 2


CURRENCY = TABLES["dim_currency"]


def currencies(*codes: str) -> pa.RecordBatch:
    rows = [
        {"currency_id": str(number), "currency_code": code, "created_at": None, "last_updated": None}
        for number, code in enumerate(codes)
    ]
    schema = pa.schema([(name, pa.string()) for name in CURRENCY.source_tables[0].columns])
    return pa.RecordBatch.from_pylist(rows, schema)


def test_currencies_get_their_names_from_iso_4217():
    batch = conform(CURRENCY, currencies("GBP", "USD", "EUR", "JPY", "CHF"), {}).rows
    assert [row["currency_name"] for row in batch.to_pylist()] == [
        "Pound Sterling",
        "US Dollar",
        "Euro",
        "Yen",
        "Swiss Franc",
    ]


@pytest.mark.parametrize("code", ["XYZ", "gbp", ""])
def test_a_code_that_iso_4217_does_not_list_is_set_aside(code: str):
    conformed = conform(CURRENCY, currencies("GBP", code), {})
    assert [row["currency_code"] for row in conformed.rows.to_pylist()] == ["GBP"]
    (aside,) = conformed.quarantined
    assert aside.rules == ("currency_name is NULL, expected text, never NULL",)
    assert aside.row["currency_code"] == code


def test_no_currencies_conform():
    assert conform(CURRENCY, currencies(), {}).rows.num_rows == 0
