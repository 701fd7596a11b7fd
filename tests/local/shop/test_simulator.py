"""Each event does to the database what the real application does, and the running shop ends as it should."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from local.settings import ROOT
from local.shop import desk, schema, simulator
from local.shop.edits import OPEN_COLUMNS, SILENT_COLUMNS
from local.shop.errors import ShopError
from local.shop.events import PER_DAY, Event, Kind
from local.shop.simulator import Simulator
from tests.conftest import PgServer
from tests.local.shop.conftest import Conn, value

Rows = dict[str, dict[int, str]]


def all_rows(conn: Conn) -> Rows:
    """Every row of every table as JSON, by table and id."""
    return {
        table: dict(conn.execute(f'SELECT {table}_id, row_to_json(t)::text FROM "{table}" t'.encode()).fetchall())
        for table in schema.TABLES
    }


def changes(before: Rows, after: Rows) -> dict[tuple[str, int], set[str]]:
    """The columns that differ, by table and id; all columns of a row that was inserted."""
    assert {
        table: set(rows) - set(after[table]) for table, rows in before.items() if set(rows) - set(after[table])
    } == {}
    return {
        (table, number): _differing(before[table].get(number, "{}"), row)
        for table, rows in after.items()
        for number, row in rows.items()
        if row != before[table].get(number)
    }


def _differing(before: str, after: str) -> set[str]:
    earlier, later = json.loads(before), json.loads(after)
    return {column for column in later if column not in earlier or later[column] != earlier[column]}


@pytest.mark.parametrize(
    ("kind", "table", "amount", "payment_type"),
    [
        (Kind.SALE, "sales_order", "units_sold * unit_price", 1),
        (Kind.PURCHASE, "purchase_order", "item_quantity * item_unit_price", 3),
    ],
)
def test_an_order_comes_with_its_transaction_and_payment_in_one_millisecond(
    filled_shop: Conn, kind: Kind, table: str, amount: str, payment_type: int
) -> None:
    before = all_rows(filled_shop)
    earliest = datetime.now(UTC).replace(tzinfo=None) - timedelta(milliseconds=1)
    event = Simulator(filled_shop, seed=1).play(kind)
    (order,) = event.ids
    assert (event.table, order) == (table, len(before[table]) + 1)
    assert set(changes(before, all_rows(filled_shop))) == {(table, order), ("transaction", 15_837), ("payment", 15_837)}
    found = filled_shop.execute(
        f"""SELECT o.created_at, array_agg(DISTINCT i), payment_amount = round({amount}, 2),
            payment_date = agreed_payment_date, p.counterparty_id = o.counterparty_id, p.currency_id = o.currency_id,
            payment_type_id, paid
        FROM {table} o JOIN transaction t USING ({table}_id) JOIN payment p USING (transaction_id),
            unnest(ARRAY[o.created_at, o.last_updated, t.created_at, t.last_updated, p.created_at, p.last_updated]) i
        WHERE {table}_id = %s GROUP BY o.created_at, p.payment_id, o.{table}_id""".encode(),
        [order],
    ).fetchone()
    assert found is not None
    at = found[0]
    assert found[1:] == ([at], True, True, True, True, payment_type, False)
    assert earliest <= at <= datetime.now(UTC).replace(tzinfo=None)
    assert str(order) in str(event)


def test_an_order_becomes_visible_whole(shop_conninfo: str, filled_shop: Conn) -> None:
    orphans = """SELECT count(*) FROM sales_order o LEFT JOIN transaction t USING (sales_order_id)
        LEFT JOIN payment p USING (transaction_id) WHERE p.payment_id IS NULL"""
    with psycopg.connect(shop_conninfo) as conn:  # not autocommit: the simulator must commit by itself
        Simulator(conn, seed=1).play(Kind.SALE)
        assert value(filled_shop, "SELECT count(*) FROM sales_order") == 11_188
        assert value(filled_shop, orphans) == 0


def due_payments(conn: Conn, days: list[str]) -> dict[str, set[int]]:
    """Give the last unpaid payments these dates, three each; return their ids by date."""
    conn.execute("UPDATE payment SET paid = true")
    ids = [
        number for (number,) in conn.execute("SELECT payment_id FROM payment ORDER BY 1 DESC LIMIT %s", [3 * len(days)])
    ]
    by_day = {day: set(ids[3 * place : 3 * place + 3]) for place, day in enumerate(days)}
    for day, numbers in by_day.items():
        conn.execute(
            "UPDATE payment SET paid = false, payment_date = %s WHERE payment_id = ANY(%s)", [day, list(numbers)]
        )
    return by_day


def test_due_payments_are_paid_in_one_millisecond_and_weekends_future_and_broken_dates_never(filled_shop: Conn) -> None:
    today = datetime.now(UTC).date()
    tomorrow = today + timedelta(days=1)
    thursday, friday, saturday, sunday = "2024-11-14", "2024-11-15", "2024-11-16", "2024-11-17"
    by_day = due_payments(filled_shop, [friday, thursday, saturday, sunday, str(tomorrow), "2024-13-01"])
    before = all_rows(filled_shop)
    shop = Simulator(filled_shop, seed=1)

    for day in (thursday, friday):
        event = shop.play(Kind.COLLECTION)
        assert (set(event.ids), event.column) == (by_day[day], "paid")
        moments = "SELECT count(DISTINCT last_updated) FROM payment WHERE payment_id = ANY(%s) AND paid"
        assert value(filled_shop, moments, list(event.ids)) == 1
    found = changes(before, all_rows(filled_shop))
    assert found == {("payment", number): {"paid", "last_updated"} for number in by_day[thursday] | by_day[friday]}

    assert shop.play(Kind.COLLECTION).ids == ()
    assert value(filled_shop, "SELECT count(*) FROM payment WHERE NOT paid") == 12


def test_todays_payments_come_before_overdue_ones_unless_today_is_a_weekend(filled_shop: Conn) -> None:
    today, thursday = datetime.now(UTC).date(), "2024-11-14"
    by_day = due_payments(filled_shop, [thursday, str(today)])
    event = Simulator(filled_shop, seed=1).play(Kind.COLLECTION)
    assert set(event.ids) == by_day[str(today) if today.isoweekday() <= 5 else thursday]


def test_one_statement_writes_all_payments_of_a_day(filled_shop: Conn) -> None:
    by_day = due_payments(filled_shop, ["2024-11-14"])
    Simulator(filled_shop, seed=1).play(Kind.COLLECTION)
    written_by = "SELECT count(DISTINCT xmin::text || cmin::text) FROM payment WHERE payment_id = ANY(%s)"
    assert value(filled_shop, written_by, list(by_day["2024-11-14"])) == 1


def edits(conn: Conn, kind: Kind, count: int) -> Iterator[tuple[Event, set[str]]]:
    """Play events of a kind; yield each with the columns that it changed, in the one row that it names."""
    shop = Simulator(conn, seed=3)
    before = all_rows(conn)
    for _ in range(count):
        event = shop.play(kind)
        after = all_rows(conn)
        (number,) = event.ids
        found = changes(before, after)
        assert set(found) == {(event.table, number)}
        yield event, found[event.table, number]
        before = after


def test_a_silent_edit_changes_one_column_and_leaves_last_updated(filled_shop: Conn) -> None:
    found = list(edits(filled_shop, Kind.SILENT_EDIT, 20))
    for event, changed in found:
        assert changed == {event.column}
        assert not event.moves_last_updated
        assert event.column in SILENT_COLUMNS[event.table]
    assert {event.table for event, _ in found} == {"sales_order", "purchase_order", "design"}


@pytest.mark.parametrize(("kind", "table"), desk.EDITED_TABLES.items())
def test_an_open_edit_changes_one_column_and_moves_last_updated_or_not(
    filled_shop: Conn, kind: Kind, table: str
) -> None:
    found = list(edits(filled_shop, kind, 8))
    for event, changed in found:
        assert event.table == table
        assert event.column in OPEN_COLUMNS[table]
        assert changed == {event.column} | ({"last_updated"} if event.moves_last_updated else set())
    assert {event.moves_last_updated for event, _ in found} == {True, False}
    assert len({event.column for event, _ in found}) > 1


def test_a_new_design_is_one_new_row(filled_shop: Conn) -> None:
    before = all_rows(filled_shop)
    event = Simulator(filled_shop, seed=1).play(Kind.DESIGN)
    assert (event.table, event.ids) == ("design", (474,))
    assert set(changes(before, all_rows(filled_shop))) == {("design", 474)}
    assert value(filled_shop, "SELECT created_at = last_updated FROM design WHERE design_id = 474")


def test_one_seed_makes_one_story_in_which_every_kind_occurs(pg_server: PgServer, filled_template: str) -> None:
    stories = []
    for seed in (5, 5, 6):
        with (
            pg_server.copy_of(filled_template, "totesys") as name,
            psycopg.connect(pg_server.conninfo(name, "shop"), autocommit=True) as conn,
        ):
            shop = Simulator(conn, seed)
            stories.append([shop.step() for _ in range(150)])
    assert stories[0] == stories[1]
    assert stories[0] != stories[2]
    kinds = [event.kind for event in stories[0]]
    assert set(kinds) == set(Kind) == set(PER_DAY)
    assert kinds.count(Kind.SALE) > kinds.count(Kind.PURCHASE) > kinds.count(Kind.SILENT_EDIT)


def test_the_pace_is_the_real_shops_times_the_speed(filled_shop: Conn) -> None:
    shop = Simulator(filled_shop, seed=1)
    day_s = 36_000
    pauses = [shop.pause_s(1) for _ in range(2_000)]
    assert day_s / (sum(pauses) / len(pauses)) == pytest.approx(26, rel=0.05)
    assert 0.9 < shop.pause_s(simulator.DEFAULT_SPEED) < 3.1


def test_an_open_transaction_is_refused(shop_conninfo: str) -> None:
    with psycopg.connect(shop_conninfo) as conn:
        conn.execute("SELECT 1")
        with pytest.raises(ShopError, match="transaction open; commit it first"):
            Simulator(conn, seed=1).step()


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_shop_is_refused(empty_shop: Conn, kind: Kind) -> None:
    with pytest.raises(ShopError, match=r"no designs, no staff.*make run"):
        Simulator(empty_shop, seed=1).play(kind)
    assert schema.count_rows(empty_shop) == dict.fromkeys(schema.TABLES, 0)


def test_a_shop_without_orders_has_none_to_edit(filled_shop: Conn) -> None:
    filled_shop.execute("TRUNCATE payment, transaction, sales_order, purchase_order")
    shop = Simulator(filled_shop, seed=1)
    with pytest.raises(ShopError, match="order has no row to edit"):
        _ = [shop.play(Kind.SILENT_EDIT) for _ in range(50)]


def test_run_prints_a_line_an_event_and_a_summary(shop_conninfo: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert simulator.run(shop_conninfo, speed=1e6, seed=5, events=12) == 0
    first, *lines, last = capsys.readouterr().out.splitlines()
    assert "seed 5" in first
    assert len(lines) == 12
    assert any("sale " in line and "sales_order 11188:" in line for line in lines)
    assert "12 events: sale " in last


def test_run_ends_after_its_seconds(shop_conninfo: str, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    assert simulator.run(shop_conninfo, speed=1, seed=5, seconds=0.5) == 0
    assert 0.5 <= time.monotonic() - started < 3
    assert "1 events" in capsys.readouterr().out.splitlines()[-1]


def test_run_without_a_database_says_so(pg_server: PgServer, capsys: pytest.CaptureFixture[str]) -> None:
    conninfo = pg_server.conninfo("no_such_shop", "shop")
    assert simulator.run(conninfo, events=1) == 1
    said = capsys.readouterr().out
    assert 'database "no_such_shop" does not exist' in said.splitlines()[-1]
    assert "make run" in said
    assert pg_server.secrets.shop not in said


def test_run_without_tables_or_rows_says_so(
    pg_server: PgServer, shop_db: Conn, capsys: pytest.CaptureFixture[str]
) -> None:
    conninfo = pg_server.conninfo(shop_db.info.dbname, "shop")
    assert simulator.run(conninfo, events=1) == 1
    assert "does not exist" in capsys.readouterr().out.splitlines()[-1]
    schema.create(shop_db)
    assert simulator.run(conninfo, events=1) == 1
    assert "make run" in capsys.readouterr().out.splitlines()[-1]


def test_run_takes_the_default_speed_where_none_is_given(
    shop_conninfo: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert simulator.run(shop_conninfo, events=1) == 0
    assert "700 times the real pace" in capsys.readouterr().out


@pytest.mark.parametrize("speed", [0, -1, float("nan")])
def test_run_refuses_a_speed_that_is_none(shop_conninfo: str, capsys: pytest.CaptureFixture[str], speed: float) -> None:
    assert simulator.run(shop_conninfo, speed=speed, events=1) == 1
    assert "expected more than 0" in capsys.readouterr().out


PROGRAM = """
import os
from local.shop import simulator
raise SystemExit(simulator.run(os.environ["SHOP"], speed=float(os.environ["SPEED"]), seed=5))
"""


def start(conninfo: str, speed: float) -> subprocess.Popen[str]:
    """Start the running shop as a program of its own and wait for its first event."""
    shop = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        cwd=ROOT,
        env=os.environ | {"SHOP": conninfo, "SPEED": str(speed)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert shop.stdout is not None
    assert "The shop is open" in shop.stdout.readline()
    assert shop.stdout.readline()
    return shop


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_shop_with_a_summary(shop_conninfo: str, filled_shop: Conn, number: signal.Signals) -> None:
    shop = start(shop_conninfo, speed=1)
    shop.send_signal(number)
    said, _ = shop.communicate(timeout=20)
    assert shop.returncode == 0
    assert "The shop closed after" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert value(filled_shop, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()") == 1


def test_a_database_lost_on_the_way_ends_the_shop_with_a_sentence(shop_conninfo: str, filled_shop: Conn) -> None:
    shop = start(shop_conninfo, speed=1e4)
    filled_shop.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user"
        " AND datname = current_database() AND pid <> pg_backend_pid()"
    )
    said, _ = shop.communicate(timeout=20)
    assert shop.returncode == 1
    assert "terminating connection" in said.splitlines()[-1]
    assert "make run" in said.splitlines()[-1]
    assert "Traceback" not in said
