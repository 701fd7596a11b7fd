"""The check as cron calls it: exit code, output, and who hears of it, on real servers."""

import json

import psycopg
import pytest

from include.alerts import record
from include.alerts.model import DeadlineMissed, Event, Recovered
from tests.conftest import LakeBuckets, SourceDb
from tests.freshness.conftest import Watcher, connection
from tests.freshness.standings import stand
from tests.pipeline import NAMES
from tests.ports import free_port

CANARY = "canary-9f3b1c"


def test_a_fresh_warehouse_is_silent(watcher: Watcher):
    stand(watcher.warehouse)
    code, output, complaints = watcher.check()
    assert (code, complaints) == (0, "")
    assert output.splitlines()[-1].startswith("Fresh: at most ")
    assert {line.split()[0] for line in output.splitlines()[1:-1]} == set(NAMES)
    assert watcher.check("--quiet") == (0, "", "")
    assert watcher.subscriber.received() == []


def test_a_late_table_is_told_once_whoever_asks(watcher: Watcher):
    stand(watcher.warehouse, fact_sales_order=40)
    both = [watcher.start("--quiet") for _ in range(2)]
    outputs = [started.communicate(timeout=60)[0] for started in both]
    assert [started.returncode for started in both] == [1, 1]
    assert all("fact_sales_order" in output and "LATE: 1 of 10 tables" in output for output in outputs)
    assert watcher.check()[0] == 1
    (told,) = watcher.subscriber.received()
    alert = record.from_record(told)
    assert (alert.event, alert.tables, alert.incident) == (
        Event.DEADLINE_MISSED,
        ("fact_sales_order",),
        "freshness",
    )
    assert isinstance(alert.facts, DeadlineMissed)
    assert (alert.facts.watcher, alert.facts.limit_minutes) == ("freshness", 30)
    assert alert.facts.behind_s["fact_sales_order"] == pytest.approx(2400, abs=30)
    assert set(alert.facts.done) == set(NAMES) - {"fact_sales_order"}


def test_the_end_of_it_is_told_once_and_the_next_breach_again(watcher: Watcher):
    stand(watcher.warehouse, dim_staff=31)
    assert watcher.check()[0] == 1
    stand(watcher.warehouse)
    both = [watcher.start() for _ in range(2)]
    for started in both:
        started.communicate(timeout=60)
    assert [started.returncode for started in both] == [0, 0]
    missed, recovered = map(record.from_record, watcher.subscriber.received())
    assert recovered.event is Event.RECOVERED
    assert isinstance(recovered.facts, Recovered)
    assert recovered.facts.failed_alert == missed.alert_id
    assert set(recovered.facts.stands) == {"dim_staff"}
    stand(watcher.warehouse, dim_staff=32)
    assert watcher.check()[0] == 1
    assert [alert["event"] for alert in watcher.subscriber.received()] == ["deadline_missed"]


def test_the_limit_is_the_settings_or_the_callers(watcher: Watcher):
    stand(watcher.warehouse, dim_staff=10)
    assert watcher.check()[0] == 0
    assert watcher.check("--minutes", "9", AIRFLOW__TOTES__ALERT_TOPIC="")[0] == 1
    assert watcher.check(AIRFLOW__TOTES__DEADLINE_MINUTES="9", AIRFLOW__TOTES__ALERT_TOPIC="")[0] == 1


def test_a_table_never_loaded_is_late(watcher: Watcher):
    stand(watcher.warehouse)
    with psycopg.connect(watcher.warehouse) as conn:
        conn.execute("DELETE FROM etl_watermark WHERE table_name = 'dim_design'")
    code, output, _ = watcher.check("--json")
    found = json.loads(output)
    assert (code, found["late"], found["tables"]["dim_design"]["behind_s"]) == (1, ["dim_design"], None)
    (told,) = watcher.subscriber.received()
    assert (told["tables"], told["facts"]["behind_s"]["dim_design"]) == (["dim_design"], None)


def test_a_warehouse_that_was_never_migrated_holds_nothing(watcher: Watcher, source_db: SourceDb):
    code, output, _ = watcher.check(AIRFLOW_CONN_WAREHOUSE=connection(source_db.owner))
    assert (code, output.count("never loaded\n")) == (1, 0)
    assert "LATE: 10 of 10 tables (10 never loaded)" in output


def test_a_warehouse_that_is_down_is_told_once_and_its_return_too(watcher: Watcher):
    stand(watcher.warehouse)
    down = connection(watcher.warehouse, port=free_port())
    for _ in range(2):
        code, output, complaints = watcher.check(AIRFLOW_CONN_WAREHOUSE=down)
        assert (code, output) == (2, "")
        assert "warehouse 127.0.0.1:" in complaints
        assert "expected a server that answers" in complaints
    (told,) = watcher.subscriber.received()
    assert told["event"] == "deadline_missed"
    assert (told["tables"], told["facts"]["waiting"]) == ([], [])
    assert watcher.check()[0] == 0
    assert [alert["event"] for alert in watcher.subscriber.received()] == ["recovered"]


@pytest.mark.parametrize("text", ["", "warehouse", "{", '{"conn_type": "mysql"}'])
def test_a_connection_that_cannot_be_read_is_named_and_nobody_is_woken(watcher: Watcher, text: str):
    code, output, complaints = watcher.check(AIRFLOW_CONN_WAREHOUSE=text)
    assert (code, output) == (2, "")
    assert complaints.startswith("setting AIRFLOW_CONN_WAREHOUSE: ")
    assert watcher.subscriber.received(0) == []


def test_no_password_is_shown(watcher: Watcher):
    stand(watcher.warehouse)
    wrong = [
        connection(watcher.warehouse, password=CANARY),
        connection(watcher.warehouse, password=CANARY, port=free_port()),
        f'{{"conn_type": "postgres", "password": "{CANARY}"',
        f"postgresql://u:{CANARY}/x@127.0.0.1/warehouse",
        f"postgresql://u:1/{CANARY}@127.0.0.1/warehouse",
        f"postgresql://u:{CANARY}#x@127.0.0.1/warehouse",
        f"host=127.0.0.1 password={CANARY}",
    ]
    for text in wrong:
        code, output, complaints = watcher.check("--json", AIRFLOW_CONN_WAREHOUSE=text)
        assert code == 2
        assert CANARY not in output + complaints
    assert CANARY not in json.dumps(watcher.subscriber.received())


def test_the_sources_clock_is_taken_where_it_may_be_asked(watcher: Watcher, source_db: SourceDb):
    stand(watcher.warehouse)
    asked = json.loads(watcher.check("--json", AIRFLOW_CONN_TOTESYS=connection(source_db.reader))[1])
    assert asked["clock"] == "source"
    down = connection(source_db.reader, port=free_port())
    code, output, _ = watcher.check("--json", AIRFLOW_CONN_TOTESYS=down)
    assert (code, json.loads(output)["clock"]) == (0, "warehouse")


def test_with_s3_down_a_breach_is_told_all_the_same(watcher: Watcher):
    stand(watcher.warehouse, dim_staff=31)
    nowhere = {"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{free_port()}"}
    code, _, complaints = watcher.check(**nowhere)
    assert code == 1
    assert "what was told before is not known" in complaints
    assert [alert["event"] for alert in watcher.subscriber.received()] == ["deadline_missed"]
    stand(watcher.warehouse)
    assert watcher.check(**nowhere)[0] == 0
    assert watcher.subscriber.received() == []


def test_with_sns_down_it_is_said_and_the_verdict_stays(watcher: Watcher, lake_buckets: LakeBuckets):
    stand(watcher.warehouse, dim_staff=31)
    code, _, complaints = watcher.check(AWS_ENDPOINT_URL_SNS=f"http://127.0.0.1:{free_port()}")
    assert code == 1
    assert complaints.startswith("nobody was told: EndpointConnectionError")
    kept = lake_buckets.client.get_object(Bucket=lake_buckets.processed, Key="alerts/freshness.json")
    assert json.loads(kept["Body"].read())["sent_at"] is None
