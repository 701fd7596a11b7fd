"""Each fault breaks what it says, and its repair leaves everything as it was, however often it is called."""

from typing import Any

import psycopg
import pytest

from include.catalog import TABLES
from include.warehouse.load import one_load_at_a_time
from local import databases, status
from local.errors import StackError
from local.faildemo.fault import FAILURE, FAILURE_AND_END, Fault, News
from local.faildemo.faults import FAULTS, choices, fault_named
from local.faildemo.of_rows import BadRow, MassDelete
from local.faildemo.of_servers import ColumnRenamed, SourceDown, WarehouseDown
from local.faildemo.of_tasks import TASK, TaskKilled
from local.stack import Stack

WITH_PLAN_DONE = {"plan": {"state": "success"}}


def shop(stack: Stack, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(stack.conninfo("totesys", "shop")) as connection:
        return connection.execute(query.encode()).fetchall()


def everything(stack: Stack) -> list[tuple[Any, ...]]:
    """The shop's columns, a digest of its payments, and its schemas."""
    columns = shop(
        stack, "SELECT table_schema, table_name, column_name FROM information_schema.columns ORDER BY 1, 2, 3"
    )
    rows = shop(stack, "SELECT md5(string_agg(p::text, '' ORDER BY payment_id)) FROM payment AS p")
    return [*columns, *rows, *shop(stack, "SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' ORDER BY 1")]


def lets_in(stack: Stack, database: str, role: str) -> bool:
    try:
        psycopg.connect(stack.conninfo(database, role)).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.parametrize("fault", [ColumnRenamed(), BadRow(), MassDelete()], ids=lambda fault: fault.name)
def test_the_shop_is_other_while_broken_and_the_same_after_the_repair(stack: Stack, fault: Fault):
    before = everything(stack)
    assert len(before) > 50
    fault.repair(stack)  # of nothing
    assert everything(stack) == before
    fault.break_(stack)
    assert everything(stack) != before
    fault.repair(stack)
    fault.repair(stack)
    assert everything(stack) == before


def test_a_bad_row_is_one_and_a_mass_delete_more_than_is_believed(stack: Stack):
    (rows,) = shop(stack, "SELECT count(*) FROM payment")[0]
    BadRow().break_(stack)
    assert shop(stack, "SELECT count(*) FROM payment WHERE payment_date = '2024-13-01'") == [(1,)]
    BadRow().repair(stack)
    MassDelete().break_(stack)
    (left,) = shop(stack, "SELECT count(*) FROM payment")[0]
    MassDelete().repair(stack)
    assert left == pytest.approx(0.8 * rows, rel=0.01)


def test_a_source_that_is_down_lets_its_reader_in_after_the_repair_alone(stack: Stack):
    SourceDown().break_(stack)
    assert not lets_in(stack, "totesys", "totes_reader")
    SourceDown().repair(stack)
    assert lets_in(stack, "totesys", "totes_reader")


def test_the_warehouse_closes_once_the_plan_is_done_and_ends_who_is_in_it(stack: Stack):
    fault = WarehouseDown()
    with psycopg.connect(stack.conninfo("warehouse", "totes_etl")) as inside:
        fault.break_(stack)
        assert fault.meddle(stack, {"plan": {"state": "running"}}) is None
        assert lets_in(stack, "warehouse", "totes_etl")
        assert fault.meddle(stack, WITH_PLAN_DONE)
        assert fault.meddle(stack, WITH_PLAN_DONE) is None
        assert not lets_in(stack, "warehouse", "totes_etl")
        with pytest.raises(StackError, match=r"warehouse cannot be asked: .*not currently accepting connections"):
            status._say_warehouse(stack)
        assert lets_in(stack, "totesys", "totes_reader")
        with pytest.raises(psycopg.OperationalError):
            inside.execute("SELECT 1")
    fault.repair(stack)
    assert lets_in(stack, "warehouse", "totes_etl")


def test_the_start_of_a_stack_opens_what_is_closed(stack: Stack):
    SourceDown().break_(stack)
    WarehouseDown().meddle(stack, WITH_PLAN_DONE)
    with psycopg.connect(stack.postgres.admin(), autocommit=True) as admin:
        databases.create_roles(admin, stack.secrets)
        assert not databases.create_database(admin, "warehouse", "warehouse")
    assert lets_in(stack, "totesys", "totes_reader")
    assert lets_in(stack, "warehouse", "totes_etl")


def test_the_task_that_is_to_be_killed_waits_until_the_repair(stack: Stack):
    fault = TaskKilled()
    fault.break_(stack)
    with psycopg.connect(stack.conninfo("warehouse", "totes_etl"), options="-c lock_timeout=200") as loader:
        with pytest.raises(psycopg.errors.LockNotAvailable):
            one_load_at_a_time(loader, TABLES["fact_payment"])
        loader.rollback()
        fault.repair(stack)
        one_load_at_a_time(loader, TABLES["fact_payment"])


def test_no_process_is_killed_that_is_none_of_the_stack(stack: Stack):
    fault = TaskKilled()
    assert fault.meddle(stack, {TASK: {"state": "running", "pid": 1, "try_number": 1}}) is None


def test_faults_are_known_by_name_and_each_says_what_it_is():
    assert len(FAULTS) == 7
    assert fault_named(None).name == "column-renamed"
    assert {fault_named(name).name for name in FAULTS} == set(FAULTS)
    assert all(f"{name} " in choices() and fault.description in choices() for name, fault in FAULTS.items())
    with pytest.raises(StackError, match=r"'flood'; expected one of(?s:.*)warehouse-down"):
        fault_named("flood")


def test_news_are_covered_when_nothing_is_missing():
    assert FAILURE_AND_END.covers(FAILURE)
    assert not FAILURE.covers(FAILURE_AND_END)
    assert not FAILURE.covers(News(("failed", "failed"), ("failed",)))
    assert News().covers(News())


def test_what_the_shops_own_life_brings_is_no_part_of_what_a_fault_is_judged_by():
    came = News(("failed", "recovered"), ("data_quality", "failed", "loaded", "recovered"))
    assert ColumnRenamed().came(came) == FAILURE_AND_END
    assert BadRow().came(came) == News(("failed", "recovered"), ("data_quality", "failed", "recovered"))
