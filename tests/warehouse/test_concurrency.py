"""Loads at the same moment: of facts, of their dimensions, of one table."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from tests.pipeline import NAMES, Pipeline


def transformed(small: Pipeline, *tables: str) -> list[dict]:
    return [small.transform(small.extract(table)) for table in tables]


def at_once(small: Pipeline, batches: list[dict]) -> list[dict]:
    """Load them all, each in a thread of its own that starts when all are ready."""
    ready = threading.Barrier(len(batches))

    def load(batch: dict) -> dict:
        ready.wait()
        return small.load(batch)

    with ThreadPoolExecutor(len(batches)) as threads:
        return list(threads.map(load, batches))


@pytest.mark.parametrize("turn", range(3))
def test_first_loads_of_all_tables_at_once_end_as_expected(small: Pipeline, turn: int):
    tables = sorted(NAMES, reverse=bool(turn % 2))
    records = at_once(small, transformed(small, *tables))
    assert all(record["rows_new"] == record["rows_read"] > 0 for record in records)
    for table in tables:
        assert small.held(table) == small.expected(table)
        assert small.query(f"SELECT count(*) FROM {table}") == [(small.expected(table).total(),)]


def test_a_fact_and_its_dimensions_revised_at_once_end_as_expected(loaded: Pipeline):
    loaded.shop("UPDATE sales_order SET units_sold = units_sold + 1", "UPDATE staff SET last_name = last_name || '!'")
    loaded.shop("UPDATE counterparty SET counterparty_legal_name = counterparty_legal_name || '!'")
    tables = ("fact_sales_order", "dim_staff", "dim_counterparty")
    at_once(loaded, transformed(loaded, *tables))
    for table in tables:
        assert loaded.held(table) == loaded.expected(table)


def test_a_dimension_is_updated_while_a_fact_that_refers_to_it_is_not_yet_committed(loaded: Pipeline):
    loaded.shop("UPDATE staff SET last_name = 'New'")
    (batch,) = transformed(loaded, "dim_staff")
    with psycopg.connect(loaded.loader) as fact:
        # What the foreign key of an inserted fact does.
        fact.execute("SELECT FROM dim_staff ORDER BY staff_id DESC FOR KEY SHARE")
        with ThreadPoolExecutor(1) as thread:
            loading = thread.submit(loaded.load, batch)
            try:
                assert loading.result(timeout=5)["rows_revised"] == 3
            finally:
                fact.rollback()


def test_one_load_twice_at_once_is_one_load(small: Pipeline):
    (batch,) = transformed(small, "fact_payment")
    first, second = at_once(small, [batch, batch])
    assert first == second
    assert small.query("SELECT count(*) FROM etl_ledger") == [(1,)]
    assert small.query("SELECT count(*) FROM fact_payment") == [(4,)]
