"""What was loaded, set aside or found different is told once, whichever run tells it."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from include import steps
from include.alerts import news
from include.planning import Request
from include.warehouse.connection import transaction
from tests.alerts.runs import run
from tests.pipeline import Pipeline

SALES = Request(tables=("fact_sales_order",))


def now() -> datetime:
    return datetime.now(UTC)


def told(small: Pipeline, run_id: str = "test", at: datetime | None = None):
    with small.loading() as warehouse, transaction(warehouse):
        return news.loaded_alerts(warehouse, run(run_id), at or now())


def quality(small: Pipeline):
    with small.loading() as warehouse, transaction(warehouse):
        return news.quality_alerts(warehouse, run("test"), now())


def spoil(small: Pipeline, order: int = 3) -> None:
    small.shop(f"UPDATE sales_order SET agreed_payment_date = '2024-13-01' WHERE sales_order_id = {order}")


@pytest.fixture
def loaded(small: Pipeline) -> Pipeline:
    small.run(SALES)
    return small


def test_a_run_that_loaded_is_told_once(loaded: Pipeline):
    (alert,) = told(loaded)
    (load,) = alert.facts.loads
    assert (load.table, load.rows_new, load.rows_revised, load.rows_deleted) == ("fact_sales_order", 4, 0, 0)
    assert alert.facts.lag_s > 0
    assert told(loaded) == []


def test_a_load_that_is_rolled_back_is_never_told_and_one_whose_telling_is_rolled_back_is_told_later(loaded: Pipeline):
    with loaded.loading() as warehouse, transaction(warehouse):
        assert news.loaded_alerts(warehouse, run("test"), now())
        raise psycopg.Rollback
    assert len(told(loaded)) == 1


def test_a_run_that_changed_nothing_is_not_news(loaded: Pipeline):
    told(loaded)
    loaded.run(Request(tables=("fact_sales_order",), mode="full"))
    assert told(loaded) == []


def test_loads_of_a_run_that_died_before_it_told_are_told_by_a_later_one(loaded: Pipeline):
    assert told(loaded, "another") == []
    (alert,) = told(loaded, "another", now() + timedelta(hours=1))
    assert alert.run_id == "test"


def test_new_revised_deleted_and_quarantined_are_counted(loaded: Pipeline):
    told(loaded)
    loaded.shop(
        "UPDATE sales_order SET units_sold = 7 WHERE sales_order_id = 4",
        "DELETE FROM sales_order WHERE sales_order_id = 1",
    )
    spoil(loaded)
    loaded.run(SALES)
    (load,) = told(loaded)[0].facts.loads
    assert (load.rows_new, load.rows_revised, load.rows_deleted, load.rows_quarantined) == (0, 1, 1, 1)


def test_a_row_set_aside_is_told_once_with_its_rule(loaded: Pipeline):
    spoil(loaded)
    loaded.run(SALES)
    (alert,) = quality(loaded)
    (aside,) = alert.facts.set_aside
    assert (aside.table, aside.rows, aside.example_key) == ("fact_sales_order", 1, "3")
    assert "2024-13-01" in aside.example_rules
    loaded.shop("UPDATE sales_order SET units_sold = 9 WHERE sales_order_id = 3")
    loaded.run(SALES)
    assert quality(loaded) == []


def test_a_table_that_differs_check_after_check_is_told_once(loaded: Pipeline):
    with psycopg.connect(loaded.loader) as connection:
        connection.execute("UPDATE fact_sales_order SET units_sold = units_sold + 1 WHERE sales_order_id = 2")
    for expected in (("fact_sales_order",), None):
        with loaded.reading() as source, loaded.loading() as warehouse:
            steps.verify(source, warehouse, ["fact_sales_order"])
        alerts = quality(loaded)
        assert (alerts[0].facts.different if alerts else None) == expected


def test_an_undeclared_column_is_told_once(loaded: Pipeline):
    with psycopg.connect(loaded.owner) as shop:
        shop.execute("ALTER TABLE sales_order ADD COLUMN gift boolean")
    loaded.plan(SALES)
    (alert,) = quality(loaded)
    assert alert.facts.columns_undeclared == ("totesys.sales_order.gift",)
    loaded.plan(SALES)
    assert quality(loaded) == []
