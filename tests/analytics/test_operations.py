"""What the API says of the pipeline is what its books say: runs, loads, quarantine, comparisons, alerts."""

import csv
import io
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest
from fastapi.testclient import TestClient

from include import steps
from include.analytics.app import application
from include.analytics.reading.postgres import PostgresReader
from include.planning import Request
from include.processed.quarantine import read_lines
from include.steps import Outcome
from tests.alerts.receiver import Receiver
from tests.alerts.runs import failure, run
from tests.conftest import WarehouseDb
from tests.pipeline import Pipeline

TWO = ("dim_design", "fact_payment")
NAMES = (*TWO, "fact_sales_order")
COUNTS = ("rows_new", "rows_revised", "rows_deleted", "rows_quarantined")
AIRFLOW = "https://airflow.example.com"


class Desk:
    """A pipeline whose runs are told, and a client who asks for them."""

    def __init__(self, small: Pipeline, client: TestClient) -> None:
        self.small, self.client = small, client
        self.mail, self.sns = Receiver("mail"), Receiver("sns")

    def ask(self, path: str, **params: object) -> dict:
        answer = self.client.get(f"/api/v1/operations/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, path: str, **params: object) -> list[dict]:
        return self.ask(path, **params)["rows"]

    def csv(self, path: str, **params: object) -> list[dict]:
        answer = self.client.get(f"/api/v1/operations/{path}", params={**params, "format": "csv"})
        return list(csv.DictReader(io.StringIO(answer.text)))

    def run(self, run_id: str, request: Request | None = None) -> None:
        """A run that loads what changed, and is told."""
        request = request or Request(tables=NAMES)
        for table in self.small.plan(request):
            self.small.load(self.small.transform(self.small.extract(table, request)), run_id)
        self.tell(run_id, Outcome(requested=request.tables, well=request.tables))

    def tell(self, run_id: str, outcome: Outcome) -> None:
        def warehouse():
            return closing(psycopg.connect(self.small.loader, autocommit=True))

        channels = [self.mail, self.sns]
        steps.tell(run(run_id), outcome, warehouse=warehouse, lake=lambda: self.small.processed, channels=channels)


@pytest.fixture
def desk(small: Pipeline, warehouse_db: WarehouseDb) -> Iterator[Desk]:
    reader = PostgresReader(warehouse_db.analyst)
    with TestClient(application(lambda: reader, airflow_url=AIRFLOW)) as client:
        yield Desk(small, client)
    reader.close()


@pytest.fixture
def lived(desk: Desk) -> Desk:
    """A first load; a run that revised, deleted and set aside a row; a run without changes; one that failed."""
    desk.run("scheduled__1")
    desk.small.shop(
        "UPDATE sales_order SET units_sold = 7 WHERE sales_order_id = 2",
        "UPDATE sales_order SET agreed_payment_date = '2024-13-01' WHERE sales_order_id = 3",
        "DELETE FROM payment WHERE payment_id = 4",
    )
    desk.run("manual__2+00:00", Request(tables=NAMES, mode="full"))
    desk.run("scheduled__3")
    desk.tell(
        "scheduled__4", Outcome(requested=NAMES, well=NAMES[1:], failures=(failure(f"{NAMES[0]}.load", "warehouse"),))
    )
    return desk


def test_runs_are_listed_newest_first_with_the_rows_of_the_ledger(lived: Desk):
    rows = lived.rows("runs")
    assert [row["run_id"] for row in rows] == ["scheduled__4", "scheduled__3", "manual__2+00:00", "scheduled__1"]
    sums = ", ".join(f"sum({name})::int" for name in COUNTS)
    by_ledger = {row[0]: row[1:] for row in lived.small.query(f"SELECT run_id, {sums} FROM etl_ledger GROUP BY 1")}
    assert by_ledger["manual__2+00:00"] == (0, 1, 1, 1)
    assert len(by_ledger) == 2
    for row in rows:
        assert tuple(row[name] for name in COUNTS) == by_ledger.get(row["run_id"], (0, 0, 0, 0))
        assert datetime.fromisoformat(row["ended_at"]) >= datetime.fromisoformat(row["started_at"])
    assert [row["outcome"] for row in rows] == ["failed", "success", "success", "success"]
    assert rows[0]["tasks_failed"] == [f"{NAMES[0]}.load"]
    assert [row["tables_failed"] for row in rows] == [1, 0, 0, 0]
    assert [row["tables_unchanged"] for row in rows] == [len(NAMES) - 1, len(NAMES), 0, 0]


def test_a_run_brings_its_loads_by_table(lived: Desk):
    by_run = {row["run_id"]: row["loads"] for row in lived.rows("runs")}
    assert [load["table"] for load in by_run["scheduled__1"]] == sorted(NAMES)
    revised = {load["table"]: load["rows_revised"] for load in by_run["manual__2+00:00"]}
    assert revised == {name: int(name == "fact_sales_order") for name in NAMES}
    assert by_run["scheduled__3"] == by_run["scheduled__4"] == []


def test_runs_are_filtered_and_paged(lived: Desk):
    def ids(**params: object) -> list[str]:
        return [row["run_id"] for row in lived.rows("runs", **params)]

    assert ids(only="failed") == ["scheduled__4"]
    assert ids(only="changed") == ["manual__2+00:00", "scheduled__1"]
    assert ids(limit=2) == ["scheduled__4", "scheduled__3"]
    last = lived.rows("runs", limit=2)[-1]["ended_at"]
    assert ids(before=last) == ["manual__2+00:00", "scheduled__1"]


def test_a_run_as_csv_is_one_line_without_its_loads(lived: Desk):
    rows = lived.csv("runs")
    assert (rows[0]["run_id"], rows[0]["tasks_failed"]) == ("scheduled__4", f"{NAMES[0]}.load")
    assert len(rows) == 4
    assert "loads" not in rows[0]
    lived.small.query("DELETE FROM etl_run RETURNING 1")
    header = lived.client.get("/api/v1/operations/runs", params={"format": "csv"}).text
    assert header.strip() == ",".join(rows[0])


def test_links_lead_into_airflow_where_it_is_known(lived: Desk, warehouse_db: WarehouseDb):
    found = {row["run_id"]: row["run_url"] for row in lived.rows("runs")}
    assert found["manual__2+00:00"] == f"{AIRFLOW}/dags/totes_etl/runs/manual__2+00:00"
    assert all(row["run_url"] == found[row["run_id"]] for row in lived.rows("loads"))
    reader = PostgresReader(warehouse_db.analyst)
    with TestClient(application(lambda: reader)) as client:
        for path in ("runs", "loads", "alerts"):
            rows = client.get(f"/api/v1/operations/{path}").json()["rows"]
            assert {row["run_url"] for row in rows} == {None}
    reader.close()


def test_an_answer_is_the_same_until_another_run_is_noted_though_nothing_was_loaded(lived: Desk):
    def ask(etag: str) -> int:
        return lived.client.get("/api/v1/operations/runs", headers={"If-None-Match": etag}).status_code

    etag = lived.client.get("/api/v1/operations/runs").headers["etag"]
    assert ask(etag) == 304
    lived.run("scheduled__5")
    assert ask(etag) == 200


def test_loads_are_those_of_the_ledger(lived: Desk):
    expected = lived.small.query(
        "SELECT table_name, mode, run_id, rows_read, rows_new, rows_revised, rows_deleted, rows_withheld,"
        " rows_quarantined, bytes_read, seconds, extract(epoch FROM loaded_at - snapshot_at)::float"
        " FROM etl_ledger ORDER BY loaded_at DESC, load_id"
    )
    names = ("table", "mode", "run_id", "rows_read", *COUNTS[:3], "rows_withheld", COUNTS[3])
    found = lived.rows("loads")
    assert len(expected) == 2 * len(NAMES)
    assert [tuple(row[name] for name in (*names, "bytes_read", "seconds")) for row in found] == [
        row[:-1] for row in expected
    ]
    assert [row["lag_s"] for row in found] == pytest.approx([row[-1] for row in expected], abs=1e-5)


def test_loads_of_a_run_of_a_table_and_before_an_instant(lived: Desk):
    of_run = lived.rows("loads", run_id="manual__2+00:00")
    assert len(of_run) == len(NAMES)
    assert {row["run_id"] for row in of_run} == {"manual__2+00:00"}
    of_table = lived.rows("loads", table="fact_payment")
    assert [row["run_id"] for row in of_table] == ["manual__2+00:00", "scheduled__1"]
    assert lived.rows("loads", table="fact_payment", before=of_table[0]["loaded_at"]) == of_table[1:]


def test_a_row_in_quarantine_is_shown_with_its_rule_until_it_loads(lived: Desk):
    answer = lived.ask("quarantine")
    (row,) = answer["rows"]
    assert (answer["open_rows"], row["table"], row["natural_key"]) == (1, "fact_sales_order", "3")
    assert row["rules"] == "agreed_payment_date is '2024-13-01', expected a day as YYYY-MM-DD, never NULL"
    ((manifest,),) = lived.small.query("SELECT manifest FROM etl_ledger WHERE load_id = %s", row["load_id"])
    stored = lived.small.processed.manifest(manifest).quarantine
    assert stored is not None
    assert stored.key == row["object_key"]
    with lived.small.processed.open(stored) as body:
        assert [line.natural_key for line in read_lines(body)] == ["3"]
    lived.small.shop("UPDATE sales_order SET agreed_payment_date = '2024-12-01' WHERE sales_order_id = 3")
    lived.run("scheduled__5")
    assert lived.ask("quarantine") == {"rows": [], "open_rows": 0, "runbook_url": None}
    (resolved,) = lived.rows("quarantine", state="resolved")
    assert resolved["natural_key"] == "3"
    assert resolved["resolved_at"] > resolved["found_at"]
    assert lived.rows("quarantine", state="all", table="fact_sales_order") == [resolved]
    assert lived.rows("quarantine", state="all", table="fact_payment") == []


def test_what_to_do_is_linked_where_the_runbook_has_an_address(lived: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("AIRFLOW__TOTES__RUNBOOK_URL", "https://wiki.example.com/runbook")
    assert lived.ask("quarantine")["runbook_url"] == "https://wiki.example.com/runbook#rows-in-quarantine"
    assert lived.ask("checks")["runbook_url"] == "https://wiki.example.com/runbook#source-and-warehouse-differ"
    found = {row["runbook_url"] for row in lived.rows("alerts", only="open")}
    assert found == {"https://wiki.example.com/runbook#the-warehouse-does-not-answer"}


def verify(desk: Desk) -> None:
    with desk.small.reading() as source, desk.small.loading() as warehouse:
        steps.verify(source, warehouse, NAMES)


def test_the_last_comparison_of_each_table_is_shown_and_how_many_there_were(lived: Desk):
    verify(lived)
    with psycopg.connect(lived.small.loader) as vandal:
        vandal.execute("UPDATE dim_design SET design_name = 'Other' WHERE design_id = 1")
        vandal.execute("UPDATE etl_check SET checked_at = checked_at - interval '40 minutes'")
    verify(lived)
    rows = {row["table"]: row for row in lived.rows("checks")}
    assert set(rows) == set(NAMES)
    assert {table for table, row in rows.items() if row["outcome"] == "different"} == {"dim_design"}
    assert all((row["checks"], row["source_rows"]) == (2, row["warehouse_rows"]) for row in rows.values())
    design = rows["dim_design"]
    assert design["differences"] == 1
    assert design["source_checksum"] != design["warehouse_checksum"]
    assert len(lived.rows("checks/history")) == 2 * len(NAMES)
    assert [row["outcome"] for row in lived.rows("checks/history", table="dim_design")] == ["different", "equal"]
    assert len(lived.csv("checks/history", table="dim_design")) == 2


def test_comparisons_of_days_ago_are_not_of_the_last_day(lived: Desk):
    verify(lived)
    with psycopg.connect(lived.small.loader) as connection:
        connection.execute("UPDATE etl_check SET checked_at = checked_at - interval '25 hours'")
    assert {row["checks"] for row in lived.rows("checks")} == {0}
    assert lived.rows("checks/history") == []
    assert len(lived.rows("checks/history", hours=26)) == len(NAMES)


def test_an_alert_says_whether_its_incident_is_over_and_what_waits(desk: Desk):
    desk.mail.down = True
    outcome = Outcome(requested=TWO, well=TWO[:1], failures=(failure("fact_payment.load", "warehouse"),))
    desk.tell("scheduled__1", outcome)
    answer = desk.ask("alerts")
    (told,) = answer["rows"]
    assert answer["open_incidents"] == 1
    assert (told["event"], told["severity"], told["incident"]) == ("failed", "error", "open")
    assert told["title"] == "fact_payment.load \N{EN DASH} try 3/3"
    assert told["summary"].startswith("fact_payment.load failed: the warehouse does not answer.")
    assert "warehouse's database runs" in told["next_step"]
    assert (told["sent"], told["unsent"], told["tables"]) == (["sns"], ["mail"], ["fact_payment"])
    assert desk.rows("alerts", only="unsent") == desk.rows("alerts", only="open") == [told]
    desk.mail.down = False
    desk.tell("scheduled__2", Outcome(requested=TWO, well=TWO))
    recovered, failed = desk.rows("alerts")
    assert (recovered["event"], recovered["incident"]) == ("recovered", None)
    assert (failed["incident"], failed["unsent"]) == ("recovered", [])
    assert failed["resolved_at"]
    assert sorted(failed["sent"]) == ["mail", "sns"]
    assert desk.ask("alerts", only="open") == {"rows": [], "open_incidents": 0}
    assert [row["event"] for row in desk.rows("alerts", event="failed")] == ["failed"]


def test_an_alert_never_says_whom_it_is_sent_to_nor_what_an_error_said(desk: Desk):
    desk.mail.down = True
    words = "no such host: password hunter2 of bob@example.com"
    desk.tell(
        "scheduled__1",
        Outcome(requested=TWO, well=TWO[:1], failures=(failure("fact_payment.load", "unexpected", words),)),
    )
    desk.small.query(
        "UPDATE etl_delivery SET last_error = %s WHERE sent_at IS NULL RETURNING 1",
        "SMTPRecipientsRefused: {'ann@example.com': (550, b'no')}",
    )
    text = desk.client.get("/api/v1/operations/alerts").text
    assert '"unsent_because":"SMTPRecipientsRefused"' in text
    for secret in ("hunter2", "example.com", "no such host"):
        assert secret not in text.replace(AIRFLOW, "")


def test_an_alert_of_another_version_is_listed_by_its_name(desk: Desk):
    desk.run("scheduled__1")
    desk.small.query("""UPDATE etl_alert SET record = '{"event": "of the future"}' RETURNING 1""")
    (told,) = desk.rows("alerts")
    assert (told["event"], told["title"], told["tables"]) == ("loaded", "loaded", [])


PATHS = ("freshness", "freshness/history", "runs", "loads", "quarantine", "checks", "checks/history", "alerts")


@pytest.mark.parametrize("path", PATHS)
def test_a_warehouse_into_which_nothing_was_loaded_has_answers(desk: Desk, path: str):
    rows = desk.rows(path)
    assert bool(rows) == path.startswith("freshness")
    assert len(desk.csv(path)) == len(rows)


@pytest.mark.parametrize(
    ("path", "params"),
    [
        ("runs", {"limit": 0}),
        ("runs", {"limit": 10**30}),
        ("runs", {"only": "late"}),
        ("runs", {"before": "yesterday"}),
        ("runs", {"before": "2024-11-14T00:00:00"}),
        ("loads", {"run_id": "a\0b"}),
        ("loads", {"run_id": ""}),
        ("loads", {"table": "etl_alert"}),
        ("loads", {"table": "a\0b"}),
        ("freshness", {"hours": 3}),
        ("freshness/history", {"hours": 169}),
        ("freshness/history", {"hours": -(10**30)}),
        ("quarantine", {"state": "gone"}),
        ("checks/history", {"hours": "x"}),
        ("alerts", {"event": "late"}),
        ("alerts", {"only": "\ud800".encode("utf-16", "surrogatepass")}),
    ],
)
def test_a_wrong_parameter_is_refused_by_name(desk: Desk, path: str, params: dict):
    answer = desk.client.get(f"/api/v1/operations/{path}", params=params)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [error["parameter"] for error in answer.json()["errors"]] == list(params)


@pytest.mark.parametrize("before", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
@pytest.mark.parametrize("path", ["runs", "loads"])
def test_an_instant_at_the_ends_of_time_is_an_instant(lived: Desk, path: str, before: str):
    assert bool(lived.rows(path, before=before)) == before.startswith("9999")


def test_strange_names_match_nothing(lived: Desk):
    for run_id in ("'; DROP TABLE etl_run; --", "\N{SNOWMAN}\u202e", "%", "x" * 250):
        assert lived.rows("loads", run_id=run_id) == []


def test_the_page_has_a_panel_for_each_answer(desk: Desk):
    html = desk.client.get("/operations").text
    for panel in ("freshness", "history", "runs", "quarantine", "checks", "alerts"):
        assert f'id="{panel}"' in html
        assert html.count(f'id="{panel}-title"') == 1
    assert 'href="operations" aria-current="page"' in html
    assert str(datetime.now(UTC).year) not in html  # nothing of the answers is in the page itself
