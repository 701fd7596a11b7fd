"""One transaction: rows, ledger and watermark together, once, or not at all."""

import time
from contextlib import closing
from dataclasses import replace

import psycopg
import pytest

from include.catalog import TABLES
from include.errors import DamagedObjectError, WarehouseUnavailable
from include.manifest import Manifest
from include.warehouse import copy_in, ledger, load
from tests.pipeline import Pipeline
from tests.warehouse.loading import held, load_changes, pay, transformed

PAYMENT = TABLES["fact_payment"]


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
    origin = small.processed.manifest(batch["manifests"][-1]).origin
    assert small.query(
        "SELECT load_id, mode, manifest, system_identifier, snapshot, since, watermark FROM etl_ledger"
    ) == [
        (
            origin.load_id,
            "full",
            batch["manifests"][-1],
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
        loaded = load.load(warehouse, PAYMENT, batch["manifests"][-1], processed=slow, run_id="r")
    assert loaded.lag_s > loaded.seconds > 0.5


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
    load_changes(small)
    pay(small, 1)
    batch, before = transformed(small), held(small)
    with closing(psycopg.connect(small.loader, autocommit=True)) as warehouse:
        pid = warehouse.info.backend_pid
        dying = Breaks(small.processed, lambda: kill(pg_server, pid))
        with pytest.raises(WarehouseUnavailable) as caught:
            load.load(warehouse, PAYMENT, batch["manifests"][-1], processed=dying, run_id="r")
    assert str(psycopg.conninfo.conninfo_to_dict(small.loader)["password"]) not in str(caught.value)
    assert held(small) == before
    assert small.load(batch)["rows_revised"] == 1


def test_an_error_after_the_rows_were_written_leaves_nothing(small: Pipeline, monkeypatch):
    load_changes(small)
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
    manifest = small.processed.manifest(batch["manifests"][-1])
    lying = Manifest(origin=manifest.origin, files=(replace(manifest.files[0], rows=5),))
    key = small.processed.put_manifest("processed/other", lying)
    before = held(small)
    with pytest.raises(DamagedObjectError) as caught:
        small.load(batch | {"manifests": [key]})
    assert (caught.value.found, caught.value.expected) == (
        "4 rows in the Parquet files",
        "5 rows, as the manifest says",
    )
    assert held(small) == before


def test_long_loads_say_how_far_they_are(small: Pipeline, monkeypatch, caplog):
    monkeypatch.setattr(copy_in, "_PROGRESS_EVERY_S", -1)
    caplog.set_level("INFO", logger="include")
    load_changes(small)
    assert "copying into fact_payment: 0 MB so far" in caplog.messages
