"""The outbox: written once, sent once, kept while nobody takes it."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

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
    add(connection, samples.recovered())
    add(connection, samples.failed())
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
    later = samples.grouped().__class__(**{**samples.grouped().__dict__, "alert_id": "failed/later"})
    assert add(connection, later)


def test_a_backfills_incident_is_healed_by_that_run_alone(connection):
    own = run("backfill__1", one_off=True)
    alert = samples.failed().__class__(**{**samples.failed().__dict__, "incident": f"{own.incident_prefix}drift"})
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
