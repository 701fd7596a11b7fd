"""Loads in the source's order: none older over a newer one, none over a gap, and where a table stands after each."""

from typing import Any

import psycopg
import pytest

from include.errors import GapError, SupersededError
from include.planning import Request
from tests.pipeline import Pipeline
from tests.warehouse.loading import held, load_changes, pay, transformed, watermark


def load_alone(small: Pipeline, batch: dict[str, Any]) -> None:
    """Load a read without the pending ones that would go before it."""
    small.load(batch | {"manifests": batch["manifests"][-1:]})


def test_an_older_read_is_refused_and_changes_nothing(small: Pipeline):
    load_changes(small)
    pay(small, 1)
    older = transformed(small)
    pay(small, 1)
    pay(small, 2)
    load_alone(small, transformed(small))
    before = held(small)
    with pytest.raises(SupersededError) as caught:
        small.load(older)
    assert caught.value.where.startswith("fact_payment, load ")
    assert "nothing is missing" in caught.value.remedy
    assert held(small) == before
    assert small.held("fact_payment") == small.expected("fact_payment")


def test_an_older_full_read_is_refused_too(small: Pipeline):
    older = transformed(small)
    pay(small, 1)
    load_alone(small, transformed(small))
    with pytest.raises(SupersededError):
        small.load(older)


def test_the_watermark_moves_on_with_every_incremental_load(small: Pipeline):
    load_changes(small)
    marks = [watermark(small)]
    for payment_id in (1, 2, 3):
        pay(small, payment_id)
        small.load(transformed(small))
        marks.append(watermark(small))
    assert [mark[0] for mark in marks] == sorted({mark[0] for mark in marks})
    assert [mark[2] for mark in marks] == sorted({mark[2] for mark in marks})


def test_an_open_transaction_holds_the_watermark_and_loses_nothing(small: Pipeline):
    load_changes(small)
    with psycopg.connect(small.owner) as owner:
        owner.execute("UPDATE payment SET paid = true WHERE payment_id = 1")
        pay(small, 2)
        small.load(transformed(small))
        first = watermark(small)[0]
        pay(small, 3)
        small.load(transformed(small))
        assert watermark(small)[0] == first
    record = small.load(transformed(small))
    assert record["rows_revised"] == 1
    assert small.held("fact_payment") == small.expected("fact_payment")
    assert small.query("SELECT count(*) FROM fact_payment") == [(4 + 3,)]


BACKFILL = {
    "mode": "backfill",
    "window_start": "2024-11-01T00:00:00+00:00",
    "window_end": "2024-11-02T00:00:00+00:00",
    "allow_mass_delete": False,
}


def backfilled(small: Pipeline, **window: str) -> dict[str, Any]:
    request = Request.from_record({"tables": ["fact_payment"], **BACKFILL, **window})
    return transformed(small, request)


def backfill(small: Pipeline, **window: str) -> dict[str, Any]:
    return small.load(backfilled(small, **window))


def test_a_backfill_moves_no_watermark_and_loads_the_window(small: Pipeline):
    load_changes(small)
    pay(small, 1)
    small.shop("UPDATE payment SET paid = true, last_updated = '2024-11-05' WHERE payment_id = 2")
    before = watermark(small)
    record = backfill(small)
    assert (record["rows_read"], record["rows_revised"]) == (3, 1)
    after = watermark(small)
    assert (after[0], after[2]) == (before[0], before[2])
    record = load_changes(small)
    assert (record["rows_read"], record["rows_revised"]) == (2, 1)
    assert small.held("fact_payment") == small.expected("fact_payment")


def test_a_backfill_before_the_first_load_does_not_stand_for_it(small: Pipeline):
    backfill(small, window_start="2024-12-01T00:00:00+00:00", window_end="2024-12-02T00:00:00+00:00")
    assert watermark(small)[0] is None
    assert watermark(small)[2] is None
    record = load_changes(small)
    assert (record["mode"], record["rows_new"]) == ("full", 4)


def test_an_incremental_read_from_before_a_backfill_is_refused_and_read_again(small: Pipeline):
    load_changes(small)
    pay(small, 1)
    older = transformed(small)
    pay(small, 1)
    load_alone(small, backfilled(small))
    with pytest.raises(SupersededError):
        small.load(older)
    load_changes(small)
    assert small.held("fact_payment") == small.expected("fact_payment")


RESTORED = {
    "ids that went back": "UPDATE etl_watermark SET watermark = watermark + 1000000, snapshot = '9000000:9000000:'",
    "another server": "UPDATE etl_watermark SET system_identifier = 'other', snapshot = '9000000:9000000:'",
}


@pytest.mark.parametrize("name", RESTORED)
def test_a_restored_or_swapped_source_is_compared_in_full(small: Pipeline, name: str):
    load_changes(small)
    real = watermark(small)[0]
    with psycopg.connect(small.owner) as owner:
        owner.execute("UPDATE payment SET paid = true WHERE payment_id = 1")
        owner.execute("UPDATE design SET design_name = 'x' WHERE design_id = 1")
    with psycopg.connect(small.loader) as connection:
        connection.execute(RESTORED[name])
    record = small.run(Request(tables=("fact_payment",)))["fact_payment"]
    assert (record["mode"], record["rows_read"], record["rows_revised"]) == ("full", 4, 1)
    assert real < watermark(small)[0] < 1_000_000 + real
    assert small.plan(Request(tables=("fact_payment",))) == []


BACKWARDS = {
    "restored from a backup": ("UPDATE etl_watermark SET watermark = watermark - 1, snapshot = '3:3:'", "transaction "),
    "emptied": ("DELETE FROM etl_watermark", "nothing"),
}


@pytest.mark.parametrize("name", BACKWARDS)
def test_a_read_that_starts_after_where_the_warehouse_stands_is_refused(small: Pipeline, name: str):
    load_changes(small)
    pay(small, 1)
    batch = transformed(small)
    with psycopg.connect(small.loader) as connection:
        connection.execute(BACKWARDS[name][0])
    before = held(small)
    with pytest.raises(GapError) as caught:
        small.load(batch)
    assert f"where the table stands, {BACKWARDS[name][1]}" in caught.value.expected
    assert held(small) == before
    load_changes(small)
    assert small.held("fact_payment") == small.expected("fact_payment")
