"""What the smoke test sees in the tables, on a real warehouse."""

from decimal import Decimal

import psycopg
import pytest

from include import testing
from include.smoke import production, tables
from include.smoke.verdict import Finding
from include.warehouse.connection import Connection
from tests.pipeline import NAMES, Pipeline

AS_THE_SOURCE = Finding("10 tables, 27 rows, as in the source")


def test_what_was_loaded_is_as_the_source_and_stays_so(beside: Pipeline, warehouse: Connection):
    assert tables.as_the_source(warehouse) == AS_THE_SOURCE
    testing.change(warehouse)
    behind = tables.as_the_source(warehouse)
    assert behind.found.startswith("fact_sales_order without 2 rows like (")
    assert "fact_sales_order with 1 row like (1," in behind.found
    beside.run()
    assert tables.as_the_source(warehouse) == Finding("10 tables, 28 rows, as in the source")


EDITS = {
    "dim_counterparty": "UPDATE dim_counterparty SET counterparty_legal_city = 'X' WHERE counterparty_id = 1",
    "dim_currency": "UPDATE dim_currency SET currency_name = 'Pound' WHERE currency_id = 1",
    "dim_design": "UPDATE dim_design SET is_deleted = true WHERE design_id = 1",
    "dim_location": "UPDATE dim_location SET address_line_2 = '' WHERE location_id = 1",
    "dim_payment_type": "UPDATE dim_payment_type SET payment_type_name = 'OTHER' WHERE payment_type_id = 1",
    "dim_staff": "UPDATE dim_staff SET location = NULL WHERE staff_id = 2",
    "dim_transaction": "UPDATE dim_transaction SET purchase_order_id = 1 WHERE transaction_id = 1",
    "fact_payment": "UPDATE fact_payment SET paid = NOT paid WHERE payment_id = 1",
    "fact_purchase_order": "UPDATE fact_purchase_order SET created_time = '00:00' WHERE purchase_order_id = 1",
    "fact_sales_order": "DELETE FROM fact_sales_order WHERE sales_order_id = 1",
}


@pytest.mark.parametrize("name", NAMES)
def test_one_edit_in_any_table_is_seen_and_named(beside: Pipeline, warehouse: Connection, name: str):
    before = tables.contents(warehouse)
    with psycopg.connect(beside.warehouse_owner) as owner:
        owner.execute("ALTER TABLE testing.dim_staff ALTER location DROP NOT NULL")
    assert warehouse.execute(EDITS[name]).rowcount == 1
    seen = tables.as_the_source(warehouse)
    assert f"{name} without 1 row like (" in seen.found
    assert f"{name} with 1 row like (" in seen.expected
    assert {word for word in (seen.found + seen.expected).split() if word in NAMES} == {name}
    assert tables.unchanged(warehouse, before) == Finding(f"{name} changed", "every table as it was")


def test_what_nobody_touched_is_unchanged(warehouse: Connection):
    assert tables.unchanged(warehouse, tables.contents(warehouse)) == Finding("10 tables as they were")


def test_versions_are_told_and_the_last_one_must_be_current(beside: Pipeline, warehouse: Connection):
    added, revised = testing.change(warehouse)
    beside.run()
    prices = [Decimal("2.50"), Decimal("3.50")]
    wanted = {revised: prices, added: prices[:1]}
    assert tables.source_price(warehouse, revised) == prices[1]
    told = f"order {revised}: 2.50, 3.50 (current); order {added}: 2.50 (current)"
    assert tables.has_versions(warehouse, wanted) == Finding(told)
    assert tables.has_versions(warehouse, {added: prices}).expected == f"order {added}: 2.50, 3.50 (current)"
    warehouse.execute("UPDATE fact_sales_order SET is_current = false WHERE sales_order_id = %s", [added])
    assert tables.has_versions(warehouse, wanted).found.endswith(f"order {added}: 2.50")
    assert tables.has_versions(warehouse, {99: prices}).found == "order 99: none"


def test_production_that_goes_on_is_untouched(small: Pipeline, warehouse: Connection):
    before = production.standing(warehouse)
    assert before.loads == len(NAMES)
    small.shop("UPDATE payment SET paid = NOT paid")
    small.run()
    found = production.untouched(warehouse, before, ["smoke"])
    assert found == Finding("10 loads before, all still there; none is of the test")


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("DELETE FROM public.etl_ledger WHERE table_name = 'dim_staff'", "9 of 10 earlier loads"),
        ("UPDATE public.etl_ledger SET run_id = 'smoke' WHERE table_name = 'dim_staff'", "1 loads and 0 alerts"),
        (
            """INSERT INTO public.etl_alert (alert_id, event, run_id, happened_at, record, ailing)
               VALUES ('a', 'loaded', 'smoke', now(), '{}', '{}')""",
            "0 loads and 1 alerts",
        ),
    ],
)
def test_whatever_is_done_to_production_is_seen(warehouse: Connection, statement: str, told: str):
    before = production.standing(warehouse)
    warehouse.execute(statement)
    found = production.untouched(warehouse, before, ["smoke"])
    assert told in found.found
    assert found.expected
