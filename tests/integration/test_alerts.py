"""Who hears of what, through a real Airflow, a real mail server, a real topic and queue: exactly once each.

The tests share one stack and go on from the first load, in order; the five-minute schedule goes on beside them.
"""

import re
import time

import psutil
import psycopg
import pytest

from local.stack import Stack
from tests.airflow_runs import DAG, TABLES, AirflowRuns
from tests.integration.mailbox import Mailbox

pytestmark = pytest.mark.airflow

SETTINGS = {"MAIL_ON_RETRY": "true"}
EDIT = "UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id = 7"


@pytest.fixture(scope="module")
def mailbox(airflow: AirflowRuns) -> Mailbox:
    """The recipients, after the first load."""
    airflow.stack.api.unpause(DAG)
    deadline = time.monotonic() + 60
    while not (runs := airflow.stack.api.runs(DAG)):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    airflow.wait(runs[0]["dag_run_id"])
    return Mailbox(airflow.stack.inbox.url)


@pytest.fixture
def news(mailbox: Mailbox) -> Mailbox:
    """The recipients, with nothing unread."""
    mailbox.empty()
    return mailbox


def failing(airflow: AirflowRuns) -> str:
    run_id = airflow.stack.api.trigger(DAG)
    airflow.wait(run_id, "failed")
    return run_id


def killed_at(airflow: AirflowRuns, table: str, **conf: object) -> None:
    """A run all of whose tries to write a table of the warehouse are killed (-9), and that failed for it.

    Whatever other run comes to write there in the meantime is killed as well.
    """
    with psycopg.connect(airflow.pipeline.loader, application_name="test") as connection:
        connection.execute(f"LOCK TABLE {table} IN SHARE MODE")
        run_id = airflow.stack.api.trigger(DAG, conf)
        deadline = time.monotonic() + 300
        while (state := airflow.stack.api.run(DAG, run_id)["state"]) not in {"success", "failed"}:
            assert time.monotonic() < deadline, airflow.stack.api.task_states(DAG, run_id)
            for process in _waiting(airflow):
                process.kill()
            time.sleep(0.5)
    assert state == "failed"


def _waiting(airflow: AirflowRuns) -> list[psutil.Process]:
    """The processes of tasks that wait for a lock in the warehouse."""
    ports = airflow.pipeline.query(
        "SELECT client_port FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'totes_etl'"
    )
    if not ports:
        return []
    return [one for one in airflow.stack.processes() if {(port,) for port in _ports(one)} & set(ports)]


def _ports(process: psutil.Process) -> list[int]:
    try:
        return [connection.laddr.port for connection in process.net_connections("tcp")]
    except psutil.Error:
        return []


def test_the_first_load_is_one_message_and_no_mail(airflow: AirflowRuns, mailbox: Mailbox):
    mailbox.until(lambda box: box.events("message") == ["loaded"])
    assert mailbox.mails() == []
    record = mailbox.whole(mailbox.messages()[0])["json"]
    counts = {load["table"]: load["rows_new"] for load in record["facts"]["loads"]}
    assert counts == dict(airflow.pipeline.query("SELECT table_name, rows_new FROM etl_ledger"))
    assert set(counts) == set(TABLES)


def test_a_run_without_changes_says_nothing(airflow: AirflowRuns, news: Mailbox):
    airflow.trigger()
    time.sleep(2)
    assert news.events("message") == news.events() == []


def test_a_failure_is_one_mail_and_one_message_and_its_end_too(airflow: AirflowRuns, news: Mailbox):
    _rename(airflow, "payment_date", "paid_on")
    try:
        failing(airflow)
        news.until(lambda box: bool(box.mails() and box.messages()))
        failing(airflow)
        assert news.events() == news.events("message") == ["failed"]
        mail = news.whole(news.mails()[0])
        assert "FAILED fact_payment.extract" in mail["subject"]
        assert "payment_date missing" in mail["text"]
        assert re.search(r"Run +(manual|scheduled)__", mail["text"])  # the schedule may have met it first
        assert "runbook#" in mail["text"]
    finally:
        _rename(airflow, "paid_on", "payment_date")
    airflow.trigger()
    news.until(lambda box: box.events() == box.events("message") == ["failed", "recovered"])


def test_a_task_that_succeeds_when_it_is_tried_again_is_not_a_failure(airflow: AirflowRuns, news: Mailbox):
    _login(airflow, "NOLOGIN")
    try:
        run_id = airflow.stack.api.trigger(DAG)
        deadline = time.monotonic() + 60
        while (state := airflow.stack.api.task_states(DAG, run_id)["plan"]) != "up_for_retry":
            assert time.monotonic() < deadline, state
            time.sleep(0.2)
    finally:
        _login(airflow, "LOGIN")
    airflow.wait(run_id)
    time.sleep(2)
    assert news.events() == ["retrying"]  # the test's stack asks for a mail at each retry
    assert news.events("message") == []


def test_a_killed_task_is_told_of_by_the_report(airflow: AirflowRuns, news: Mailbox):
    airflow.pipeline.shop(EDIT)
    killed_at(airflow, "fact_payment", tables=["fact_payment"])
    news.until(lambda box: "failed" in box.events())
    mail = news.whole(next(one for one in news.mails() if one["event"] == "failed"))
    assert "fact_payment.load" in mail["subject"]
    assert "killed" in mail["text"]
    assert news.events("message").count("failed") == 1
    airflow.trigger()
    news.until(lambda box: "recovered" in box.events() and "loaded" in box.events("message"))
    assert sorted(news.events("message")) == ["failed", "loaded", "recovered"]


def test_a_killed_report_is_told_of_by_the_callback_of_the_run(airflow: AirflowRuns, news: Mailbox):
    killed_at(airflow, "etl_alert")
    news.until(lambda box: "failed" in box.events())
    mail = news.whole(next(one for one in news.mails() if one["event"] == "failed"))
    assert "report" in mail["subject"]
    assert news.events("message").count("failed") == 1  # the schedule may have brought the recovery already
    airflow.trigger()
    news.until(lambda box: "recovered" in box.events())


def test_a_mail_server_that_is_down_fails_no_run_and_gets_the_mail_once_when_it_works(
    airflow: AirflowRuns, news: Mailbox
):
    airflow.stack.supervisor.stop_program("inbox")
    try:
        _rename(airflow, "payment_date", "paid_on")
        failing(airflow)
        _rename(airflow, "paid_on", "payment_date")
        airflow.trigger()
    finally:
        airflow.stack.supervisor.start_program("inbox")
    _answers(airflow.stack)
    airflow.trigger()
    news.until(lambda box: len(box.events()) >= 2)
    airflow.trigger()
    assert sorted(news.events()) == ["failed", "recovered"]
    news.until(lambda box: sorted(box.events("message")) == ["failed", "recovered"])


def test_a_broken_file_is_one_alert_and_the_last_good_rows_stay(airflow: AirflowRuns, news: Mailbox):
    fault = airflow.stack.settings.state_dir / "covid" / "fault"
    covid: dict[str, object] = {"tables": ["covid_us_daily"], "mode": "full"}
    rows = airflow.pipeline.query("SELECT count(*), sum(cases) FROM covid_us_daily_current")
    fault.write_text("html nyt")
    try:
        for _ in range(2):
            airflow.wait(airflow.stack.api.trigger(DAG, covid), "failed")
        news.until(lambda box: bool(box.mails() and box.messages()))
        assert news.events() == news.events("message") == ["failed"]
        assert "covid_us_daily.extract" in news.mails()[0]["subject"]
        assert airflow.pipeline.query("SELECT count(*), sum(cases) FROM covid_us_daily_current") == rows
    finally:
        fault.unlink()
    airflow.trigger(**covid)
    news.until(lambda box: "recovered" in box.events() and "recovered" in box.events("message"))


def test_no_secret_is_in_any_mail_or_message(airflow: AirflowRuns, mailbox: Mailbox):
    secrets = {str(getattr(airflow.stack.secrets, name)) for name in airflow.stack.secrets.__dataclass_fields__}
    told = mailbox.everything()
    assert "fact_payment" in told
    assert [secret[:2] + "…" for secret in secrets if len(secret) > 8 and secret in told] == []


def _rename(airflow: AirflowRuns, old: str, new: str) -> None:
    with psycopg.connect(airflow.pipeline.owner) as shop:
        shop.execute(f"ALTER TABLE payment RENAME COLUMN {old} TO {new}")


def _login(airflow: AirflowRuns, may: str) -> None:
    with psycopg.connect(airflow.stack.postgres.admin(), autocommit=True) as admin:
        admin.execute(f"ALTER ROLE totes_reader {may}")


def _answers(stack: Stack) -> None:
    deadline = time.monotonic() + 60
    while not stack.inbox.is_ready():
        assert time.monotonic() < deadline
        time.sleep(0.2)
