"""What the smoke test asks of Airflow before it begins, what it makes of a run's end, and the ways to ask."""

import json
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from include.airflow_api import AirflowApi, AirflowUnavailable, WebServer
from include.errors import SettingError
from include.smoke.ground import check_airflow
from include.smoke.mwaa import Mwaa
from include.smoke.runs import Runs
from tests.ports import free_port

CANARY = "canary-9f3b1c"
TOKEN = "t2"  # noqa: S105  of the server below


class Answers(AirflowApi):
    """An Airflow that gives these answers, by the beginning of the path; of several in a list the next one."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.sent: list[str] = []

    def send(self, method: str, path: str, body: object = None) -> Any:
        self.sent.append(f"{method} {path} {body}")
        answer = next(self.answers[start] for start in self.answers if f"{method} {path}".startswith(start))
        return answer.pop(0) if isinstance(answer, list) else answer


READY = {
    "GET importErrors": {"import_errors": [{"filename": "/a/another.py", "stack_trace": "NameError: not ours"}]},
    "GET dags?": {"dags": [{"dag_id": "totes_etl", "is_paused": False}]},
    "GET dags/totes_etl/details": {"params": {"environment": {}}},
    "GET dags/totes_etl/dagRuns": {"dag_runs": [{"dag_run_id": "a", "conf": {}}, {"dag_run_id": "b", "conf": None}]},
}
RUN = "totes_etl/dagRuns/mine"
TASKS = "GET dags/totes_etl/dagRuns/mine/taskInstances"


def test_a_dag_that_goes_is_taken():
    check_airflow(Answers(READY))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"GET dags?": {"dags": []}}, "no such DAG"),
        (
            {
                "GET importErrors": {
                    "import_errors": [{"filename": "/a/totes_etl.py", "stack_trace": "…\nNameError: x\n"}]
                }
            },
            "a file that is not imported: NameError: x; .*`python -m deploy rollback`",
        ),
        ({"GET dags?": {"dags": [{"dag_id": "totes_etl", "is_paused": True}]}}, "paused"),
        ({"GET dags/totes_etl/details": {"params": {}}}, "no parameter `environment`.* nothing was triggered"),
        (
            {"GET dags/totes_etl/dagRuns": {"dag_runs": [{"dag_run_id": "c", "conf": {"environment": "testing"}}]}},
            "the run c in testing, queued",
        ),
    ],
    ids=["absent", "broken", "paused", "old", "busy"],
)
def test_what_cannot_be_tried_is_refused_before_anything_is_triggered(changed: dict[str, Any], message: str):
    airflow = Answers(READY | changed)
    with pytest.raises(SettingError, match=message):
        check_airflow(airflow)
    assert {sent.split()[0] for sent in airflow.sent} == {"GET"}


def states(**tasks: str) -> dict[str, Any]:
    return {"task_instances": [{"task_id": name.replace("__", "."), "state": state} for name, state in tasks.items()]}


def runs(
    end: Mapping[str, Any], *before: str, state: str = "success", patience_s: float = 30
) -> tuple[Runs, list[str]]:
    said: list[str] = []
    answers = {
        "POST dags": {"dag_run_id": "mine"},
        TASKS: end,
        "GET dags/totes_etl/dagRuns/mine": [{"state": one} for one in (*before, state)],
        "GET dags/totes_etl/dagRuns?": {"dag_runs": [{"dag_run_id": "scheduled__1"}]},
    }
    return Runs(Answers(answers), said.append, patience_s), said


def test_a_run_that_must_succeed():
    well, _ = runs(states(plan="success", a__load="skipped", report="success"))
    assert well.succeeds().expected == ""
    assert well.latest == "mine"
    ill, _ = runs(states(plan="success", a__load="failed", report="failed"), state="failed")
    assert ill.succeeds().found == "failed (2 failed, 1 success; failed: a.load, report)"


@pytest.mark.parametrize(
    ("end", "state", "ok"),
    [
        (states(a__extract="failed", a__load="upstream_failed", b__load="success", report="failed"), "failed", True),
        (states(a__extract="success", a__load="success", report="success"), "success", False),
        (states(a__extract="failed", b__load="failed", report="failed"), "failed", False),
        (states(a__extract="failed", b__load="upstream_failed", report="failed"), "failed", False),
        (states(plan="failed", a__extract="upstream_failed", report="failed"), "failed", False),
    ],
    ids=["alone", "not at all", "another too", "another behind", "plan"],
)
def test_a_run_that_must_fail_by_one_task_alone(end: Mapping[str, Any], state: str, ok: bool):
    tried, _ = runs(end, state=state)
    assert (tried.fails("a.extract").expected == "") is ok


def test_a_run_in_the_queue_is_waited_for_and_that_is_said():
    tried, said = runs(states(plan="success"), *["queued"] * 5)
    assert tried.succeeds().expected == ""
    assert said == ["triggered mine", "mine waits in the queue behind scheduled__1"]


def test_patience_ends():
    tried, _ = runs(states(plan="success"), *["queued"] * 5, patience_s=0.1)
    assert tried.succeeds().found.startswith("queued after 0.1 s")


class Server(BaseHTTPRequestHandler):
    """Takes one login; says who asked for what."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        well = asked.get("password") == CANARY
        self.reply(201 if well else 401, {"access_token": "t1"} if well else {"detail": f"no: {asked}"})

    def do_GET(self) -> None:
        if self.path.endswith("/moved"):
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.server.server_address[1]}/elsewhere")
            self.end_headers()
            return
        self.reply(200, {"path": self.path, "by": self.headers["Authorization"]})

    def do_DELETE(self) -> None:
        self.send_response(204)
        self.end_headers()

    def reply(self, status: int, answer: object) -> None:
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def address() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_login_or_a_token_opens_the_web_server(address: str):
    assert WebServer(address, "me", CANARY).get("x?y=1") == {"path": "/api/v2/x?y=1", "by": "Bearer t1"}
    assert WebServer(f"{address}/", token=TOKEN).get("x")["by"] == f"Bearer {TOKEN}"
    assert WebServer(address, token=TOKEN).delete("totes_etl", "mine") is None


def test_a_refused_login_shows_no_password(address: str):
    with pytest.raises(AirflowUnavailable, match="401") as caught:
        WebServer(address, "me", f"{CANARY}x").get("x")
    assert CANARY not in str(caught.value)


def test_a_token_is_not_taken_to_where_a_redirect_leads(address: str):
    with pytest.raises(AirflowUnavailable, match=r"302 .*; expected an answer"):
        WebServer(address, token=TOKEN).get("moved")


def test_a_server_that_is_away_is_named():
    away = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(AirflowUnavailable, match=f"{away}: no answer"):
        WebServer(away, token=TOKEN).get("x")


@pytest.mark.parametrize("url", ["", "airflow", "file:///etc/passwd", f"http://me:{CANARY}@127.0.0.1"])
def test_what_is_no_address_is_refused(url: str):
    with pytest.raises(SettingError, match="Airflow's address") as caught:
        WebServer(url, token=TOKEN)
    assert CANARY not in str(caught.value)


def test_mwaa_is_asked_as_the_service_is_described():
    client = boto3.Session("a", "b", region_name="eu-west-2").client("mwaa")
    with Stubber(client) as stub:
        answer = {"RestApiStatusCode": 200, "RestApiResponse": {"dag_runs": []}}
        path = {"Name": "totes", "Method": "GET", "Path": "/dags/totes_etl/dagRuns"}
        query = {"order_by": "-run_after", "limit": "10", "state": "queued"}
        stub.add_response("invoke_rest_api", answer, {**path, "QueryParameters": query})
        assert Mwaa(client, "totes").runs("totes_etl", state="queued") == []
        body = {"logical_date": None, "conf": {"environment": "testing"}}
        answer = {"RestApiStatusCode": 200, "RestApiResponse": {"dag_run_id": "mine"}}
        stub.add_response("invoke_rest_api", answer, {**path, "Method": "POST", "Body": body})
        assert Mwaa(client, "totes").trigger("totes_etl", {"environment": "testing"}) == "mine"
        stub.add_client_error("invoke_rest_api", "RestApiClientException", modeled_fields={"RestApiResponse": {"a": 1}})
        with pytest.raises(AirflowUnavailable, match=r"MWAA environment totes: .* to GET /dags"):
            Mwaa(client, "totes").get("dags")
