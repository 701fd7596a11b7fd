"""A table rebuilt from the raw zone alone is the table it replaces, version by version."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from include.catalog import SOURCE_FED, TABLES
from include.errors import DamagedObjectError, GapError
from include.planning import Request
from include.warehouse import replay
from tests.conftest import LakeBuckets
from tests.kept import Keep, Kept
from tests.pipeline import NAMES, Pipeline

SALES = Request(tables=("fact_sales_order",))
REPLAY = Request(tables=NAMES, mode="replay")
REPLAY_SALES = Request(tables=SALES.tables, mode="replay")
EVENTS = (
    ("UPDATE sales_order SET units_sold = 9 WHERE sales_order_id = 1",),
    (  # A to B to A, and an edit of a joined row
        "UPDATE sales_order SET units_sold = 1000 WHERE sales_order_id = 1",
        "UPDATE department SET location = 'Leeds' WHERE department_id = 1",
    ),
    ("INSERT INTO design (design_name, file_location, file_name, last_updated) VALUES ('n', 'n', 'n', now())",),
    (  # a delete, and a bad row
        "CREATE TABLE aside AS SELECT * FROM purchase_order WHERE purchase_order_id = 2",
        "DELETE FROM purchase_order WHERE purchase_order_id = 2",
        "UPDATE sales_order SET agreed_payment_date = '2024-13-01' WHERE sales_order_id = 3",
    ),
    ("DELETE FROM design WHERE design_id = 3", "UPDATE payment SET paid = true WHERE payment_id = 1"),
    (  # a revival, and the bad row corrected
        "INSERT INTO purchase_order SELECT * FROM aside",
        "UPDATE sales_order SET agreed_payment_date = '2024-12-01' WHERE sales_order_id = 3",
    ),
    ("UPDATE sales_order SET unit_price = 'NaN' WHERE sales_order_id = 4",),  # still open at the end
)
LEDGER = """
SELECT load_id, table_name, mode, rows_read, rows_new, rows_revised, rows_deleted, rows_withheld, rows_quarantined,
       snapshot, since, watermark, snapshot_at
FROM etl_ledger ORDER BY table_name, snapshot_at
"""
# All but fresh_at, which a run without changes moves on too: after a replay the next run does so again.
STANDS = """
SELECT table_name, watermark, system_identifier, snapshot, snapshot_at, load_id, horizon, proven_at, keys_at
FROM etl_watermark ORDER BY 1
"""
QUARANTINE = """
SELECT table_name, natural_key, rules, load_id, found_at, resolved_at FROM etl_quarantine ORDER BY table_name, found_at
"""


@pytest.fixture(scope="module")
def lived_once(keep: Keep) -> Kept:
    return keep(live)


@pytest.fixture
def lived(lived_once: Kept, lake_buckets: LakeBuckets) -> Iterator[Pipeline]:
    """A warehouse with a history of inserts, edits, deletes, revivals and bad rows."""
    with lived_once.again(lake_buckets) as pipeline:
        yield pipeline


def live(small: Pipeline) -> None:
    small.run()
    for statements in EVENTS:
        small.shop(*statements)
        small.run()


def everything(small: Pipeline) -> dict[str, list[Any]]:
    """All that a replay must make again: every row but for when it was written, in the order of the versions."""
    return {table.name: versions(small, table.name) for table in SOURCE_FED} | {
        "ledger": small.query(LEDGER),
        "watermarks": small.query(STANDS),
        "quarantine": small.query(QUARANTINE),
    }


def versions(small: Pipeline, name: str) -> list[Any]:
    """The rows of a table without `_loaded_at` and the record id, in the order of the record ids."""
    table = TABLES[name]
    kept = [*table.column_names, "is_current" if table.record_id else "is_inferred", "is_deleted", "_load_id"]
    order = table.record_id or table.natural_key[0]
    return small.query(f"SELECT {', '.join(kept)}, _seen_at FROM {name} ORDER BY {order}")


def test_the_history_is_worth_a_replay(lived: Pipeline):
    counts = dict(lived.query("SELECT table_name, count(*) FROM etl_ledger GROUP BY 1"))
    assert counts["fact_sales_order"] == 6
    assert lived.query("SELECT count(*) FROM fact_sales_order") == [(4 + 3,)]
    assert lived.query("SELECT count(*) FROM fact_purchase_order") == [(2 + 2,)]
    assert lived.query("SELECT count(*) FROM dim_design WHERE is_deleted") == [(1,)]
    assert lived.query("SELECT count(*), count(resolved_at) FROM etl_quarantine") == [(2, 1)]


def test_all_tables_replayed_are_what_they_were_version_by_version(lived: Pipeline):
    before = everything(lived)
    records = lived.run(REPLAY)
    assert set(records) == set(NAMES)
    assert everything(lived) == before
    assert lived.plan() == []


@pytest.mark.parametrize("table", NAMES)
def test_one_table_replayed_is_what_it_was_and_no_other_is_touched(lived: Pipeline, table: str):
    before = everything(lived)
    untouched = {name: lived.query(f"SELECT * FROM {name} ORDER BY 1") for name in NAMES if name != table}
    record = lived.run(Request(tables=(table,), mode="replay"))[table]
    assert record["mode"] != "replay"
    assert record["rows_new"] >= len(lived.expected(table))
    assert everything(lived) == before
    assert {name: lived.query(f"SELECT * FROM {name} ORDER BY 1") for name in untouched} == untouched


def test_a_warehouse_emptied_by_hand_comes_back_whole(lived: Pipeline):
    before = everything(lived)
    with psycopg.connect(lived.warehouse_owner) as connection:
        connection.execute(f"TRUNCATE {', '.join(NAMES)}, etl_ledger, etl_watermark, etl_quarantine")
    lived.run(Request(tables=tuple(sorted(NAMES, reverse=True)), mode="replay"))
    assert everything(lived) == before
    for table in NAMES:
        if table != "fact_sales_order":  # one of its rows is in quarantine
            assert lived.held(table) == lived.expected(table)


def test_a_replay_asks_the_source_nothing(lived: Pipeline):
    before = everything(lived)
    with psycopg.connect(lived.owner) as owner:
        owner.execute("DROP TABLE sales_order, purchase_order, staff, design CASCADE")
    lived.run(REPLAY)
    assert everything(lived) == before


def test_after_a_replay_changes_go_on_from_where_the_table_stood(lived: Pipeline):
    lived.run(REPLAY_SALES)
    lived.shop("UPDATE sales_order SET units_sold = 5 WHERE sales_order_id = 2")
    record = lived.run(SALES)["fact_sales_order"]
    assert (record["mode"], record["rows_read"], record["rows_revised"]) == ("incremental", 1, 1)


def test_a_failure_in_the_middle_leaves_the_old_rows_and_the_next_load_works(lived: Pipeline, monkeypatch):
    before = everything(lived)
    numbers = lived.query("SELECT sales_record_id FROM fact_sales_order ORDER BY 1")
    real, seen = replay.load_rows, []

    def failing(*arguments: Any, **named: Any) -> None:
        seen.append(arguments)
        if len(seen) == 3:
            raise MemoryError
        real(*arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(replay, "load_rows", failing)
        with pytest.raises(MemoryError):
            lived.run(REPLAY_SALES)
    assert everything(lived) == before
    assert lived.query("SELECT sales_record_id FROM fact_sales_order ORDER BY 1") == numbers
    lived.shop("UPDATE sales_order SET units_sold = 5 WHERE sales_order_id = 2")
    assert lived.run(SALES)["fact_sales_order"]["rows_revised"] == 1
    lived.run(REPLAY_SALES)
    assert lived.query("SELECT min(sales_record_id) FROM fact_sales_order") == [(1,)]


def test_readers_see_the_old_rows_until_the_new_ones_are_whole(lived: Pipeline, monkeypatch):
    current = "SELECT * FROM fact_sales_order_current ORDER BY sales_order_id"
    before, seen, real = lived.query(current), [], replay.load_rows

    def watched(*arguments: Any, **named: Any) -> None:
        real(*arguments, **named)
        seen.append(lived.query(current))

    monkeypatch.setattr(replay, "load_rows", watched)
    lived.run(REPLAY_SALES)
    assert len(seen) == 6
    assert all(rows == before for rows in seen)


def test_more_loads_than_an_xcom_holds_are_listed_in_the_bucket(small: Pipeline):
    for number in range(22):  # the first one loads what there is
        small.shop(f"UPDATE sales_order SET units_sold = {number} WHERE sales_order_id = 1")
        small.run(SALES)
    before = everything(small)
    extracted = small.extract("fact_sales_order", REPLAY_SALES)
    assert "manifests" not in extracted
    transformed = small.transform(extracted)
    assert "manifests" not in transformed
    record = small.load(transformed)
    assert record["rows_new"] + record["rows_revised"] == 4 + 21
    assert everything(small) == before
    assert small.load(small.transform(small.extract("fact_sales_order", REPLAY_SALES))) is not None
    assert everything(small) == before


def test_a_damaged_load_stops_a_replay_and_changes_nothing(lived: Pipeline):
    before = everything(lived)
    extracted = lived.extract("fact_sales_order", REPLAY_SALES)
    part = lived.raw.manifest(extracted["manifests"][1]).files[0].key
    lived.raw._client.put_object(Bucket=lived.raw.bucket, Key=part, Body=b"flipped")
    with pytest.raises(DamagedObjectError, match="SHA-256"):
        lived.transform(extracted)
    assert everything(lived) == before


def test_a_replay_without_any_load_in_the_bucket_changes_nothing(lived: Pipeline):
    before = everything(lived)
    for key, _ in list(lived.raw.listed("raw/totesys/sales_order/")):
        lived.raw._client.delete_object(Bucket=lived.raw.bucket, Key=key)
    with pytest.raises(GapError, match="no load of it in the raw bucket"):
        lived.run(REPLAY_SALES)
    assert everything(lived) == before


def test_a_replay_without_the_first_load_changes_nothing(lived: Pipeline):
    before = everything(lived)
    first = lived.extract("fact_sales_order", REPLAY_SALES)["manifests"][0]
    lived.raw._client.delete_object(Bucket=lived.raw.bucket, Key=first)
    with pytest.raises(GapError, match="where the table stands, nothing"):
        lived.run(REPLAY_SALES)
    assert everything(lived) == before
