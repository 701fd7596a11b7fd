"""The outbox: written once, sent once, kept while nobody takes it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from include.alerts import outbox
from include.warehouse.connection import transaction
from tests.alerts import samples
from tests.alerts.receiver import Receiver
from tests.alerts.runs import AT, run


@pytest.fixture
def connection(warehouse_db):
    with closing(psycopg.connect(warehouse_db.loader, autocommit=True)) as connection:
        yield connection


def add(connection, alert, channels=("mail", "sns")) -> bool:
    with transaction(connection):
        return outbox.add(connection, alert, channels)


def recover(connection, well, of=None):
    with transaction(connection):
        return outbox.recover(connection, of or run("scheduled__2"), well, AT)


def test_an_alert_is_sent_once_by_each_channel(connection):
    mail, sns = Receiver("mail"), Receiver("sns")
    assert add(connection, samples.failed())
    assert not add(connection, samples.failed())
    for _ in range(2):
        outbox.flush(connection, "mail", mail.send)
        outbox.flush(connection, "sns", sns.send)
    assert mail.got == sns.got == [samples.failed()]


def test_what_nobody_takes_is_kept_with_the_reason_and_sent_later_in_order(connection):
    mail = Receiver("mail", down=True)
    now = datetime.now(UTC)
    add(connection, replace(samples.recovered(), happened_at=now))
    add(connection, replace(samples.failed(), happened_at=now - timedelta(minutes=10)))
    with pytest.raises(ConnectionRefusedError):
        outbox.flush(connection, "mail", mail.send)
    kept = connection.execute("SELECT last_error FROM etl_delivery WHERE channel = 'mail' AND last_error IS NOT NULL")
    assert kept.fetchall() == [("ConnectionRefusedError: mail refuses",)]
    mail.down = False
    assert outbox.flush(connection, "mail", mail.send) == 2
    assert mail.events == ["failed", "recovered"]


def test_two_flushes_at_once_send_nothing_twice(warehouse_db, connection):
    for number in range(20):
        add(connection, samples.failed(samples.FAILURE, cause=f"cause-{number}"))
    mail = Receiver("mail")

    def flush(_: int) -> int:
        with closing(psycopg.connect(warehouse_db.loader, autocommit=True)) as own:
            return outbox.flush(own, "mail", mail.send)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(flush, range(4))) == 20
    assert len({alert.alert_id for alert in mail.got}) == len(mail.got) == 20


def test_an_incident_that_is_open_is_not_told_again_but_takes_up_its_tables(connection):
    again = samples.grouped()
    first = samples.failed(again.facts.failures[0])
    assert add(connection, first)
    assert not add(connection, again)
    assert connection.execute("SELECT ailing FROM etl_alert").fetchone() == (
        ["fact_payment", "fact_purchase_order", "fact_sales_order"],
    )


def test_it_is_over_when_the_last_table_is_well(connection):
    add(connection, samples.grouped())
    assert recover(connection, ["fact_payment", "dim_staff"]) == []
    (over,) = recover(connection, ["fact_purchase_order", "fact_sales_order"])
    assert over == samples.grouped()
    assert recover(connection, ["fact_payment"]) == []


def test_after_the_end_of_an_incident_the_next_one_is_news(connection):
    add(connection, samples.grouped())
    recover(connection, samples.grouped().tables)
    later = replace(samples.grouped(), alert_id="failed/later")
    assert add(connection, later)


def test_a_backfills_incident_is_healed_by_that_run_alone(connection):
    own = run("backfill__1", one_off=True)
    alert = replace(samples.failed(), incident=f"{own.incident_prefix}drift")
    add(connection, alert)
    scheduled = samples.grouped()
    add(connection, scheduled)
    assert recover(connection, alert.tables) == []
    assert recover(connection, scheduled.tables, of=run("backfill__2", one_off=True)) == []
    assert recover(connection, scheduled.tables, of=own) == [alert]
    assert recover(connection, scheduled.tables) == [scheduled]


def test_what_was_told_without_the_warehouse_is_not_told_again(connection):
    outbox.adopt(connection, samples.failed(), ["mail", "sns"], sent=["mail"])
    mail, sns = Receiver("mail"), Receiver("sns")
    outbox.flush(connection, "mail", mail.send)
    outbox.flush(connection, "sns", sns.send)
    assert (mail.got, sns.got) == ([], [samples.failed()])


def test_an_alert_whose_commit_was_not_heard_of_is_not_told_again(connection):
    add(connection, samples.failed())
    outbox.adopt(connection, samples.failed(), ["mail", "sns"], sent=["mail", "sns"])
    mail = Receiver("mail")
    assert outbox.flush(connection, "mail", mail.send) == 0


def test_an_alert_that_is_refused_for_an_hour_goes_behind_the_others(connection):
    add(connection, samples.failed())
    add(connection, samples.recovered())
    mail = Receiver("mail")

    def send(alert):
        if alert == samples.failed():
            raise ValueError("refused for good")
        mail.send(alert)

    for _ in range(2):
        with pytest.raises(ValueError, match="refused"):
            outbox.flush(connection, "mail", send)
    assert mail.got == [samples.recovered()]


def test_a_table_of_which_too_much_seemed_gone_is_not_well_before_its_keys_are_compared_again(connection):
    add(connection, samples.grouped())
    connection.execute(
        "INSERT INTO etl_watermark (table_name, system_identifier, snapshot, snapshot_at, keys_at, load_id)"
        " VALUES ('fact_payment', '1', '1:1:', now(), '2024-11-14', 'x')"
    )
    values = "'x', 'fact_payment', 'full', 'r', 0, 0, 0, 0, 7, 0, 0, 'm', '1', '1:1:', 1, '2024-11-14', false, now(), 0"
    connection.execute(
        "INSERT INTO etl_ledger (load_id, table_name, mode, run_id, rows_read, rows_new, rows_revised, rows_deleted,"
        " rows_withheld, rows_quarantined, bytes_read, manifest, system_identifier, snapshot, watermark, snapshot_at,"
        f" bounded, loaded_at, seconds) VALUES ({values})"
    )
    assert recover(connection, samples.grouped().tables) == []
    connection.execute("UPDATE etl_watermark SET keys_at = now()")
    assert recover(connection, samples.grouped().tables) == [samples.grouped()]
