"""Production and testing in one warehouse and one lake: neither touches, sees or waits for the other."""

import logging

import psycopg
import pytest

from include import testing
from include.catalog import TABLES
from include.errors import SchemaDriftError
from include.planning import Request
from include.testing.source import MALFORMED
from include.warehouse.load import one_load_at_a_time
from tests.pipeline import NAMES, Pipeline
from tests.testing.footprint import footprint

LEDGER = "SELECT table_name, mode, rows_new, rows_revised FROM etl_ledger ORDER BY loaded_at"


def live_a_little(pipeline: Pipeline) -> None:
    """A first load, a change, an idle plan, a full comparison, a replay, and a load that never comes."""
    pipeline.run()
    pipeline.shop("UPDATE sales_order SET unit_price = unit_price + 1 WHERE sales_order_id = 1")
    assert set(pipeline.run()) == {"fact_sales_order"}
    assert pipeline.plan() == []
    pipeline.run(Request(tables=NAMES, mode="full"))
    pipeline.run(Request(tables=("fact_payment", "dim_staff"), mode="replay"))
    pipeline.shop("UPDATE payment SET paid = NOT paid WHERE payment_id = 1")
    pipeline.transform(pipeline.extract("fact_payment"))


def test_testing_leaves_every_row_and_object_of_production_as_it_is(production: Pipeline):
    live_a_little(production)
    before = footprint(production)
    beside = production.testing()
    live_a_little(beside)
    with beside.loading() as warehouse:
        testing.change(warehouse)
        testing.malform(warehouse)
        with pytest.raises(SchemaDriftError):
            beside.run()
        testing.mend(warehouse)
    assert set(beside.run()) == {"fact_sales_order"}
    assert len(before) > 80
    assert footprint(production) == before


def test_production_leaves_every_row_and_object_of_testing_as_it_is(production: Pipeline):
    beside = production.testing()
    live_a_little(beside)
    before = footprint(beside)
    live_a_little(production)
    assert len(before) > 80
    assert footprint(beside) == before


def test_each_holds_what_its_own_source_holds(production: Pipeline, beside: Pipeline):
    for pipeline in (production, beside):
        pipeline.run()
    for table in NAMES:
        for pipeline in (production, beside):
            assert pipeline.expected(table).total() > 0
            assert pipeline.held(table) == pipeline.expected(table)
        assert production.held(table) != beside.held(table) or table == "dim_payment_type"


def test_what_one_landed_and_never_loaded_is_not_pending_in_the_other(production: Pipeline, caplog):
    beside = production.testing()
    production.extract("fact_payment")
    beside.extract("fact_sales_order")
    caplog.set_level(logging.WARNING)
    beside.run(Request(tables=("fact_payment",)))
    production.run(Request(tables=("fact_sales_order",)))
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
    assert production.query(LEDGER) == [("fact_sales_order", "full", 4, 0)]
    assert beside.query(LEDGER) == [("fact_payment", "full", 3, 0)]


def test_keys_in_manifests_and_ledger_are_spelled_alike_in_both(production: Pipeline, beside: Pipeline):
    for pipeline in (production, beside):
        record = pipeline.transform(pipeline.extract("dim_design"))
        (key,) = record["manifests"]
        assert key.startswith("processed/dim_design/date=")
        pipeline.load(record)
        assert pipeline.query("SELECT manifest FROM etl_ledger") == [(key,)]
        assert all(file.key.startswith("processed/") for file in pipeline.processed.manifest(key).files)


def test_a_load_waits_for_a_load_of_the_same_table_in_its_own_environment_only(production: Pipeline, beside: Pipeline):
    table = TABLES["fact_payment"]
    for holder, other in ((production, beside), (beside, production)):
        with (
            holder.loading() as first,
            holder.loading() as second,
            other.loading() as apart,
            first.transaction(),
        ):
            one_load_at_a_time(first, table)
            for waiting in (second, apart):
                waiting.execute("SET lock_timeout = '100ms'")
            one_load_at_a_time(apart, table)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                one_load_at_a_time(second, table)


def test_a_malformed_source_fails_its_table_alone_and_nothing_is_lost(beside: Pipeline):
    beside.run()
    with beside.loading() as warehouse:
        testing.malform(warehouse)
        added, revised = testing.change(warehouse)
        beside.shop("UPDATE staff SET last_name = 'Changed' WHERE staff_id = 1")
        assert beside.plan() == ["dim_staff", MALFORMED]
        with pytest.raises(SchemaDriftError, match=r"totesys\.sales_order: units_sold missing"):
            beside.extract(MALFORMED)
        beside.load(beside.transform(beside.extract("dim_staff")))
        testing.mend(warehouse)
    loads = beside.run()
    assert {name: (load["rows_new"], load["rows_revised"]) for name, load in loads.items()} == {MALFORMED: (1, 1)}
    versions = "SELECT sales_order_id, count(*) FROM fact_sales_order GROUP BY 1 HAVING count(*) > 1"
    assert beside.query(versions) == [(revised, 2)]
    assert beside.held(MALFORMED) == beside.expected(MALFORMED)
    assert added == 4
