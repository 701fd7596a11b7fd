"""One transaction: rows, ledger and watermark together, once, in the source's order, or not at all."""

import time
from contextlib import closing
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from include.catalog import TABLES
from include.errors import DamagedObjectError, GapError, SupersededError, WarehouseUnavailable
from include.manifest import Manifest
from include.planning import Request
from include.warehouse import ledger, load
from tests.pipeline import Pipeline

PAYMENT = TABLES["fact_payment"]
EVERYTHING = (
    "SELECT * FROM fact_payment ORDER BY 1",
    "SELECT * FROM dim_transaction ORDER BY 1",
    "SELECT * FROM etl_ledger ORDER BY 1",
    "SELECT * FROM etl_watermark ORDER BY 1",
)


def held(small: Pipeline) -> list[Any]:
    return [small.query(statement) for statement in EVERYTHING]


def pay(small: Pipeline, payment_id: int) -> None:
    small.shop(f"UPDATE payment SET paid = NOT paid WHERE payment_id = {payment_id}")


def transformed(small: Pipeline, request: Request | None = None) -> dict[str, Any]:
    return small.transform(small.extract("fact_payment", request))


def first_load(small: Pipeline) -> dict[str, Any]:
    return small.load(transformed(small))


def watermark(small: Pipeline) -> tuple[Any, ...]:
    (row,) = small.query("SELECT watermark, snapshot, fresh_at FROM etl_watermark WHERE table_name = 'fact_payment'")
    return row


def test_a_repeated_load_is_one_ledger_row_and_says_the_same(small: Pipeline):
    batch = transformed(small)
    first = small.load(batch, run_id="first")
    before = held(small)
    assert small.load(batch, run_id="second") == first
    assert held(small) == before
    assert small.query("SELECT run_id, rows_read, rows_new, rows_revised FROM etl_ledger") == [("first", 4, 4, 0)]


def test_the_ledger_row_says_what_was_loaded_from_where(small: Pipeline):
    batch = transformed(small)
    record = small.load(batch, run_id="run")
    origin = small.processed.manifest(batch["manifest"]).origin
    assert small.query(
        "SELECT load_id, mode, manifest, system_identifier, snapshot, since, watermark FROM etl_ledger"
    ) == [
        (
            origin.load_id,
            "full",
            batch["manifest"],
            origin.system_identifier,
            origin.snapshot,
            None,
            origin.watermark,
        )
    ]
    assert record["watermark"] == origin.watermark
    assert record["bytes_read"] == batch["bytes"]


def test_the_lag_includes_the_time_that_the_load_took(small: Pipeline):
    batch = transformed(small)
    slow = Breaks(small.processed, lambda: time.sleep(0.5))
    with closing(psycopg.connect(small.loader, autocommit=True)) as warehouse:
        loaded = load.load(warehouse, PAYMENT, batch["manifest"], processed=slow, run_id="r")
    assert loaded.lag_s > loaded.seconds > 0.5


def test_an_older_read_is_refused_and_changes_nothing(small: Pipeline):
    first_load(small)
    pay(small, 1)
    older = transformed(small)
    pay(small, 1)
    pay(small, 2)
    small.load(transformed(small))
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
    small.load(transformed(small))
    with pytest.raises(SupersededError):
        small.load(older)


def test_the_watermark_moves_on_with_every_incremental_load(small: Pipeline):
    first_load(small)
    marks = [watermark(small)]
    for payment_id in (1, 2, 3):
        pay(small, payment_id)
        small.load(transformed(small))
        marks.append(watermark(small))
    assert [mark[0] for mark in marks] == sorted({mark[0] for mark in marks})
    assert [mark[2] for mark in marks] == sorted({mark[2] for mark in marks})


def test_an_open_transaction_holds_the_watermark_and_loses_nothing(small: Pipeline):
    first_load(small)
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


BACKFILL = {"mode": "backfill", "window_start": "2024-11-01T00:00:00+00:00", "window_end": "2024-11-02T00:00:00+00:00"}


def backfill(small: Pipeline, **window: str) -> dict[str, Any]:
    request = Request.from_record({"tables": ["fact_payment"], **BACKFILL, **window})
    return small.load(transformed(small, request))


def test_a_backfill_moves_no_watermark_and_loads_the_window(small: Pipeline):
    first_load(small)
    pay(small, 1)
    small.shop("UPDATE payment SET paid = true, last_updated = '2024-11-05' WHERE payment_id = 2")
    before = watermark(small)
    record = backfill(small)
    assert (record["rows_read"], record["rows_revised"]) == (3, 1)
    after = watermark(small)
    assert (after[0], after[2]) == (before[0], before[2])
    record = first_load(small)
    assert (record["rows_read"], record["rows_revised"]) == (2, 1)
    assert small.held("fact_payment") == small.expected("fact_payment")


def test_a_backfill_before_the_first_load_does_not_stand_for_it(small: Pipeline):
    backfill(small, window_start="2024-12-01T00:00:00+00:00", window_end="2024-12-02T00:00:00+00:00")
    assert watermark(small)[0] is None
    assert watermark(small)[2] is None
    record = first_load(small)
    assert (record["mode"], record["rows_new"]) == ("full", 4)


def test_an_incremental_read_from_before_a_backfill_is_refused_and_read_again(small: Pipeline):
    first_load(small)
    pay(small, 1)
    older = transformed(small)
    pay(small, 1)
    backfill(small)
    with pytest.raises(SupersededError):
        small.load(older)
    first_load(small)
    assert small.held("fact_payment") == small.expected("fact_payment")


RESTORED = {
    "ids that went back": "UPDATE etl_watermark SET watermark = watermark + 1000000, snapshot = '9000000:9000000:'",
    "another server": "UPDATE etl_watermark SET system_identifier = 'other', snapshot = '9000000:9000000:'",
}


@pytest.mark.parametrize("name", RESTORED)
def test_a_restored_or_swapped_source_is_compared_in_full(small: Pipeline, name: str):
    first_load(small)
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


class Breaks:
    """A store that does something before it hands out a file."""

    def __init__(self, store, action):
        self._store, self._action = store, action

    def manifest(self, key: str) -> Manifest:
        return self._store.manifest(key)

    def open(self, file):
        self._action()
        return self._store.open(file)


def kill(pg_server, pid: int) -> None:
    with psycopg.connect(pg_server.conninfo("postgres"), autocommit=True) as admin:
        assert admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)


def test_a_server_that_dies_in_the_middle_leaves_nothing_and_the_retry_loads(small: Pipeline, pg_server):
    first_load(small)
    pay(small, 1)
    batch, before = transformed(small), held(small)
    with closing(psycopg.connect(small.loader, autocommit=True)) as warehouse:
        pid = warehouse.info.backend_pid
        dying = Breaks(small.processed, lambda: kill(pg_server, pid))
        with pytest.raises(WarehouseUnavailable) as caught:
            load.load(warehouse, PAYMENT, batch["manifest"], processed=dying, run_id="r")
    assert str(psycopg.conninfo.conninfo_to_dict(small.loader)["password"]) not in str(caught.value)
    assert held(small) == before
    assert small.load(batch)["rows_revised"] == 1


def test_an_error_after_the_rows_were_written_leaves_nothing(small: Pipeline, monkeypatch):
    first_load(small)
    pay(small, 1)
    batch, before = transformed(small), held(small)

    def fail(*_: object, **__: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "record", fail)  # the last statement of the transaction
        with pytest.raises(MemoryError):
            small.load(batch)
    assert held(small) == before
    assert small.load(batch)["rows_revised"] == 1


def test_parquet_with_other_rows_than_its_manifest_says_is_refused_and_leaves_nothing(small: Pipeline):
    batch = transformed(small)
    manifest = small.processed.manifest(batch["manifest"])
    lying = Manifest(origin=manifest.origin, files=(replace(manifest.files[0], rows=5),))
    key = small.processed.put_manifest("processed/other", lying)
    before = held(small)
    with pytest.raises(DamagedObjectError) as caught:
        small.load(batch | {"manifest": key})
    assert (caught.value.found, caught.value.expected) == (
        "4 rows in the Parquet files",
        "5 rows, as the manifest says",
    )
    assert held(small) == before


BACKWARDS = {
    "restored from a backup": ("UPDATE etl_watermark SET watermark = watermark - 1, snapshot = '3:3:'", "transaction "),
    "emptied": ("DELETE FROM etl_watermark", "nothing"),
}


@pytest.mark.parametrize("name", BACKWARDS)
def test_a_read_that_starts_after_where_the_warehouse_stands_is_refused(small: Pipeline, name: str):
    first_load(small)
    pay(small, 1)
    batch = transformed(small)
    with psycopg.connect(small.loader) as connection:
        connection.execute(BACKWARDS[name][0])
    before = held(small)
    with pytest.raises(GapError) as caught:
        small.load(batch)
    assert f"where the table stands, {BACKWARDS[name][1]}" in caught.value.expected
    assert held(small) == before
    first_load(small)
    assert small.held("fact_payment") == small.expected("fact_payment")
