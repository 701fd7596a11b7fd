"""Notes on runs pruned at any time: rows, lineage, replay, deletes, pending loads and alerts are as they were."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from include import steps
from include.errors import SettingError, SupersededError
from include.planning import Request
from include.retention import __main__ as program
from include.retention import notes
from tests.conftest import LakeBuckets
from tests.kept import Keep, Kept
from tests.pipeline import NAMES, Pipeline

KEEP = timedelta(days=90)
ORPHANS = "SELECT count(*) FROM {} WHERE _load_id NOT IN (SELECT load_id FROM etl_ledger)"
SALES = Request(tables=("fact_sales_order",))


@pytest.fixture(scope="module")
def aged_once(keep: Keep) -> Kept:
    return keep(live_long_ago)


@pytest.fixture
def aged(aged_once: Kept, lake_buckets: LakeBuckets) -> Iterator[Pipeline]:
    """A history of changes, of full comparisons that changed nothing and of checks, all of 100 days ago."""
    with aged_once.again(lake_buckets) as pipeline:
        yield pipeline


def live_long_ago(small: Pipeline) -> None:
    small.run()
    small.run(Request(tables=NAMES, mode="full"))
    small.shop("UPDATE sales_order SET units_sold = 7 WHERE sales_order_id = 1")
    small.run()
    for _ in range(2):
        small.run(Request(tables=NAMES, mode="full"))
        verify(small)
    age(small)


def verify(small: Pipeline) -> None:
    with small.reading() as source, small.loading() as warehouse:
        steps.verify(source, warehouse, NAMES)
    change(small, "UPDATE etl_check SET checked_at = checked_at - interval '31 minutes'")


def age(small: Pipeline) -> None:
    old = "interval '100 days'"
    change(
        small,
        f"UPDATE etl_ledger SET loaded_at = loaded_at - {old}, snapshot_at = snapshot_at - {old}, alert_id = 'told'",
        f"UPDATE etl_check SET checked_at = checked_at - {old}, alert_id = 'told'",
    )


def change(small: Pipeline, *statements: str) -> None:
    with psycopg.connect(small.loader) as connection:
        for statement in statements:
            connection.execute(statement)


def prune(small: Pipeline) -> dict[str, int]:
    with small.loading() as warehouse:
        foreseen = notes.count(warehouse, KEEP)
        done = notes.prune(warehouse, KEEP)
    assert done == foreseen
    return done


def stars(small: Pipeline) -> dict[str, list[Any]]:
    return {name: small.query(f"SELECT * FROM {name} ORDER BY 1") for name in (*NAMES, "etl_watermark")}


def test_loads_that_changed_nothing_go_and_every_version_keeps_its_load(aged: Pipeline):
    before, loads = stars(aged), aged.query("SELECT count(*) FROM etl_ledger")[0][0]
    removed = prune(aged)
    assert removed["etl_ledger"] == 2 * len(NAMES), "of three that changed nothing the latest one stays"
    assert aged.query("SELECT count(*) FROM etl_ledger") == [(loads - removed["etl_ledger"],)]
    assert removed["etl_check"] == len(NAMES), "the latest comparison of each table stays"
    assert stars(aged) == before
    assert [aged.query(ORPHANS.format(name)) for name in NAMES] == [[(0,)]] * len(NAMES)
    assert aged.query(
        "SELECT count(*) FROM etl_watermark LEFT JOIN etl_ledger USING (load_id) WHERE run_id IS NULL"
    ) == [(0,)]
    assert set(prune(aged).values()) == {0}


def test_loads_go_on_after_it_and_nothing_is_read_twice(aged: Pipeline):
    prune(aged)
    assert aged.plan() == []
    aged.shop(
        "UPDATE sales_order SET units_sold = 8 WHERE sales_order_id = 2", "DELETE FROM payment WHERE payment_id = 4"
    )
    extracted = aged.extract("fact_sales_order")
    assert len(extracted["manifests"]) == 1, "no old load is taken for a pending one"
    aged.load(aged.transform(extracted))
    assert aged.run(Request(tables=("fact_payment",)))["fact_payment"]["rows_deleted"] == 1
    for table in NAMES:
        assert aged.held(table) == aged.expected(table)


def test_a_replay_after_it_makes_rows_and_ledger_anew(aged: Pipeline):
    versions = "SELECT sales_order_id, units_sold, is_current, _load_id FROM fact_sales_order ORDER BY sales_record_id"
    before, loads = aged.query(versions), aged.query("SELECT load_id FROM etl_ledger ORDER BY 1")
    prune(aged)
    aged.run(Request(tables=NAMES, mode="replay"))
    assert aged.query(versions) == before
    assert aged.query("SELECT load_id FROM etl_ledger ORDER BY 1") == loads


def test_a_load_that_is_forgotten_and_cleared_is_refused_and_changes_nothing(small: Pipeline):
    small.run(SALES)
    old = small.transform(small.extract("fact_sales_order", Request(tables=SALES.tables, mode="full")))
    small.load(old)
    small.run(Request(tables=SALES.tables, mode="full"))
    change(
        small,
        "UPDATE etl_ledger SET loaded_at = loaded_at - interval '100 days',"
        " snapshot_at = snapshot_at - interval '100 days', alert_id = 'told'",
    )
    assert prune(small)["etl_ledger"] == 1
    before = stars(small)
    with pytest.raises(SupersededError):
        small.load(old)
    assert stars(small) == before


KEPT = {
    "a young load": "UPDATE etl_ledger SET loaded_at = now()",
    "a load nobody was told of": "UPDATE etl_ledger SET alert_id = NULL",
    "a load as young as where the table stands": "UPDATE etl_ledger SET snapshot_at = now()",
    "a load that withheld deletes": "UPDATE etl_ledger SET rows_withheld = 11",
}


@pytest.mark.parametrize("name", KEPT)
def test_what_is_still_needed_stays(aged: Pipeline, name: str):
    change(aged, KEPT[name])
    assert prune(aged)["etl_ledger"] == 0


def test_alerts_go_with_their_deliveries_unless_open_unsent_or_still_true(warehouse_db):
    with closing(psycopg.connect(warehouse_db.loader, autocommit=True)) as warehouse:
        for alert, event, resolved, sent in (
            ("loaded/old", "loaded", None, "now()"),
            ("failed/over", "failed", "now()", "now()"),
            ("failed/open", "failed", None, "now()"),
            ("loaded/unsent", "loaded", None, "NULL"),
            ("data_quality/stalled/nyt since 2024-11-01", "data_quality", None, "now()"),
        ):
            warehouse.execute(
                f"INSERT INTO etl_alert VALUES (%s, %s, 'r', now() - interval '100 days', '{{}}', %s, '{{}}',"
                f" {resolved or 'NULL'})",
                [alert, event, alert],
            )
            warehouse.execute(f"INSERT INTO etl_delivery VALUES (%s, 'sns', {sent})", [alert])
        removed = notes.prune(warehouse, KEEP)
        assert (removed["etl_alert"], removed["etl_delivery"]) == (2, 2)
        left = warehouse.execute("SELECT alert_id FROM etl_alert ORDER BY 1").fetchall()
    assert [alert for (alert,) in left] == [
        "data_quality/stalled/nyt since 2024-11-01",
        "failed/open",
        "loaded/unsent",
    ]


def test_only_rows_that_are_no_longer_in_quarantine_go(warehouse_db):
    with closing(psycopg.connect(warehouse_db.loader, autocommit=True)) as warehouse:
        for key, resolved in (("1", "now() - interval '91 days'"), ("2", "now() - interval '89 days'"), ("3", "NULL")):
            warehouse.execute(
                "INSERT INTO etl_quarantine"
                " (table_name, natural_key, rules, object_key, load_id, found_at, resolved_at)"
                f" VALUES ('fact_payment', %s, 'r', 'o', 'l', now() - interval '200 days', {resolved})",
                [key],
            )
        assert notes.prune(warehouse, KEEP)["etl_quarantine"] == 1
        assert warehouse.execute("SELECT natural_key FROM etl_quarantine ORDER BY 1").fetchall() == [("2",), ("3",)]


def test_a_row_that_a_run_holds_is_passed_over_and_nobody_waits(aged: Pipeline):
    with psycopg.connect(aged.loader) as replay, aged.loading() as warehouse:
        replay.execute("SELECT FROM etl_ledger WHERE table_name = 'fact_payment' FOR UPDATE")
        warehouse.execute("SET lock_timeout = '1s'")
        assert notes.prune(warehouse, KEEP)["etl_ledger"] == 2 * (len(NAMES) - 1)
    assert prune(aged)["etl_ledger"] == 2


def test_less_than_a_week_is_refused(warehouse_db):
    with (
        closing(psycopg.connect(warehouse_db.loader, autocommit=True)) as warehouse,
        pytest.raises(SettingError, match="6 days to keep; expected 7 or more"),
    ):
        notes.prune(warehouse, timedelta(days=6))


def test_the_program_counts_and_removes_only_when_told_to(aged: Pipeline, capsys):
    parts = psycopg.conninfo.conninfo_to_dict(aged.loader)
    uri = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format(**parts)
    environment = {"AIRFLOW_CONN_WAREHOUSE": uri}
    for arguments, said in ((["--keep-days", "90"], "would be removed"), (["--yes"], "rows removed")):
        assert program.main(arguments, environment) == 0
        out = capsys.readouterr().out
        assert said in out
        assert f"etl_ledger    {2 * len(NAMES)}".split() in [line.split() for line in out.splitlines()]
    assert program.main([], environment) == 0
    assert ["etl_ledger", "0"] in [line.split() for line in capsys.readouterr().out.splitlines()]


def test_the_program_says_what_is_missing(capsys):
    assert program.main([], {}) == 2
    assert "AIRFLOW_CONN_WAREHOUSE" in capsys.readouterr().err
    assert program.main(["--keep-days", "3"], {}) == 2
    assert "7 or more" in capsys.readouterr().err
