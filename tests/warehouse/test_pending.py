"""Loads that were landed and never loaded go first, so that a fact has every version that was polled, in order."""

from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from include.errors import SupersededError
from include.planning import Request
from tests.pipeline import Pipeline

SALES = Request(tables=("fact_sales_order",))
BACKFILL = Request.from_record(
    {
        "tables": ["fact_sales_order"],
        "mode": "backfill",
        "window_start": "2024-11-01T00:00:00+00:00",
        "window_end": "2024-11-02T00:00:00+00:00",
        "allow_mass_delete": False,
    }
)
UNITS = "SELECT units_sold, is_current FROM fact_sales_order WHERE sales_order_id = 1 ORDER BY sales_record_id"
STANDS = "SELECT watermark, snapshot_at FROM etl_watermark"


def sell(small: Pipeline, units: int) -> None:
    """The shop writes the units of the first order."""
    small.shop(f"UPDATE sales_order SET units_sold = {units} WHERE sales_order_id = 1")


def landed(small: Pipeline, request: Request | None = None) -> dict[str, Any]:
    """A run that dies after its extract."""
    return small.extract("fact_sales_order", request)


def loaded(small: Pipeline, request: Request | None = None) -> dict[str, Any]:
    return small.load(small.transform(landed(small, request)))


def damage(small: Pipeline, manifest_key: str) -> None:
    """One byte of a raw part is flipped."""
    part = small.raw.manifest(manifest_key).files[0].key
    body = bytearray(small.raw.read(part))
    body[len(body) // 2] ^= 1
    small.raw._client.put_object(Bucket=small.raw.bucket, Key=part, Body=bytes(body))


def test_what_was_polled_and_not_loaded_is_loaded_once_and_in_order(small: Pipeline):
    loaded(small)
    for units in (11, 12):
        sell(small, units)
        landed(small)
    sell(small, 13)
    record = loaded(small)
    assert (record["rows_read"], record["rows_revised"]) == (3, 3)
    assert small.query(UNITS) == [(1000, False), (11, False), (12, False), (13, True)]
    assert small.query("SELECT count(*) FROM etl_ledger") == [(4,)]
    marks = [mark for (mark,) in small.query("SELECT watermark FROM etl_ledger ORDER BY loaded_at")]
    assert marks == sorted(marks)
    record = loaded(small)
    assert (record["rows_read"], record["rows_revised"]) == (0, 0)
    assert len(small.query(UNITS)) == 4


def test_a_value_that_went_and_came_back_while_nothing_loaded_is_in_the_history(small: Pipeline):
    loaded(small)
    for units in (11, 1000):
        sell(small, units)
        landed(small)
    loaded(small)
    assert small.query(UNITS) == [(1000, False), (11, False), (1000, True)]


def test_a_delete_that_was_polled_and_undone_while_nothing_loaded_is_in_the_history(small: Pipeline):
    loaded(small)
    small.shop(
        "UPDATE transaction SET sales_order_id = NULL",
        "CREATE TABLE aside AS SELECT * FROM sales_order WHERE sales_order_id = 1",
        "DELETE FROM sales_order WHERE sales_order_id = 1",
    )
    landed(small)
    small.shop("INSERT INTO sales_order SELECT * FROM aside")
    loaded(small)
    assert small.query(
        "SELECT is_current, is_deleted FROM fact_sales_order WHERE sales_order_id = 1 ORDER BY sales_record_id"
    ) == [(False, False), (False, True), (True, False)]


def test_a_run_that_ends_late_changes_nothing_that_was_loaded_for_it(small: Pipeline):
    loaded(small)
    sell(small, 11)
    late = landed(small)
    sell(small, 12)
    loaded(small)
    before = small.query("SELECT * FROM fact_sales_order ORDER BY 1"), small.query(STANDS)
    small.load(small.transform(late))
    assert (small.query("SELECT * FROM fact_sales_order ORDER BY 1"), small.query(STANDS)) == before


def test_first_loads_that_never_loaded_begin_with_a_whole_one(small: Pipeline):
    landed(small, BACKFILL)
    landed(small)
    sell(small, 11)
    landed(small)
    sell(small, 12)
    record = loaded(small)
    assert [mode for (mode,) in small.query("SELECT mode FROM etl_ledger")] == ["full"] * 3
    assert (record["rows_new"], record["rows_revised"]) == (4, 2)
    assert small.query(UNITS) == [(1000, False), (11, False), (12, True)]


def test_a_damaged_pending_load_is_left_out_loudly_and_the_rest_loads(small: Pipeline, caplog):
    loaded(small)
    sell(small, 11)
    bad = landed(small)["manifests"][-1]
    sell(small, 12)
    landed(small)
    damage(small, bad)
    sell(small, 13)
    loaded(small)
    assert small.query(UNITS) == [(1000, False), (12, False), (13, True)]
    (said,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert said.startswith("fact_sales_order: a pending load is left out: s3://")
    assert "SHA-256" in said
    caplog.clear()
    loaded(small)
    assert [record for record in caplog.records if record.levelname == "ERROR"] == [], "it is behind the table now"


def test_an_unreadable_pending_manifest_is_left_out_loudly_and_the_rest_loads(small: Pipeline, caplog):
    loaded(small)
    sell(small, 11)
    bad = landed(small)["manifests"][-1]
    small.raw._client.put_object(Bucket=small.raw.bucket, Key=bad, Body=b'{"format"')
    sell(small, 12)
    loaded(small)
    assert small.query(UNITS) == [(1000, False), (12, True)]
    assert any("no readable manifest" in record.getMessage() for record in caplog.records)


def test_a_pending_load_that_was_overtaken_by_a_backfill_is_passed_over_and_nothing_is_lost(small: Pipeline):
    loaded(small)
    sell(small, 11)
    landed(small)
    sell(small, 12)
    backfill = small.transform(landed(small, BACKFILL))
    small.load(backfill | {"manifests": backfill["manifests"][-1:]})
    assert small.query(UNITS) == [(1000, False), (12, True)]
    sell(small, 13)
    extracted = landed(small)
    assert len(extracted["manifests"]) == 1, "what is older than the backfill is no longer pending"
    small.load(small.transform(extracted))
    assert small.query(UNITS) == [(1000, False), (12, False), (13, True)]


def test_a_backfill_that_loads_between_extract_and_load_makes_the_pending_one_step_aside(small: Pipeline, caplog):
    loaded(small)
    sell(small, 11)
    landed(small)
    sell(small, 12)
    backfill = small.transform(landed(small, BACKFILL))
    sell(small, 13)
    run = small.transform(landed(small))
    assert len(run["manifests"]) == 3
    small.load(backfill | {"manifests": backfill["manifests"][-1:]})
    small.load(run)
    assert small.query(UNITS) == [(1000, False), (12, False), (13, True)]
    assert any("a pending load is left out" in message for message in caplog.messages)


def test_a_runs_own_read_that_was_overtaken_fails(small: Pipeline):
    loaded(small)
    sell(small, 11)
    own = small.transform(landed(small))
    sell(small, 12)
    newer = small.transform(landed(small))
    small.load(newer | {"manifests": newer["manifests"][-1:]})
    with pytest.raises(SupersededError):
        small.load(own)
    assert small.query(UNITS) == [(1000, False), (12, True)]


def test_a_warehouse_restored_from_a_backup_gets_its_history_back_from_the_bucket(small: Pipeline):
    loaded(small)
    backup = {
        name: small.query(f"SELECT to_jsonb(t) FROM {name} AS t")
        for name in ("fact_sales_order", "etl_ledger", "etl_watermark")
    }
    for units in (11, 12):
        sell(small, units)
        loaded(small)
    before = small.query(UNITS)
    restore(small, backup)
    assert small.query(UNITS) == [(1000, True)]
    sell(small, 13)
    loaded(small)
    assert small.query(UNITS) == [*((units, False) for units, _ in before), (13, True)]
    assert small.held("fact_sales_order") == small.expected("fact_sales_order")


def restore(small: Pipeline, backup: dict[str, list[Any]]) -> None:
    with psycopg.connect(small.loader) as connection:
        for name, rows in backup.items():
            connection.execute(f"DELETE FROM {name}")
            for (row,) in rows:
                whole = f"INSERT INTO {name} SELECT * FROM jsonb_populate_record(NULL::{name}, %s)"
                connection.execute(whole, [Jsonb(row)])
