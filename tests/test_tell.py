"""Telling a run: with the warehouse, without it, without anything; nothing twice, nothing lost."""

from contextlib import closing, contextmanager
from dataclasses import replace

import psycopg
import pytest

from include import steps
from include.alerts import spool
from include.errors import LakeUnavailable, WarehouseUnavailable
from include.planning import Request
from include.steps import Outcome
from tests.alerts.receiver import Receiver
from tests.alerts.runs import failure, run
from tests.pipeline import Pipeline

TABLES = ("dim_staff", "fact_sales_order")
DOWN = Outcome(requested=TABLES, well=(), failures=(failure("plan", "warehouse", "connection refused"),))
DRIFTED = Outcome(requested=TABLES, well=("dim_staff",), failures=(failure("fact_sales_order.extract"),))
FINE = Outcome(requested=TABLES, well=TABLES)


class Desk:
    """Everything that telling needs; servers can be taken away."""

    def __init__(self, small: Pipeline) -> None:
        self.small, self.mail, self.sns = small, Receiver("mail"), Receiver("sns")
        self.warehouse_down = self.lake_down = False

    def tell(self, outcome: Outcome, run_id: str = "scheduled__1") -> None:
        steps.tell(run(run_id), outcome, warehouse=self._warehouse, lake=self._lake, channels=[self.mail, self.sns])

    @contextmanager
    def _warehouse(self):
        if self.warehouse_down:
            raise WarehouseUnavailable("warehouse", found="nothing", expected="an answer", remedy="wait")
        with closing(psycopg.connect(self.small.loader, autocommit=True)) as connection:
            yield connection

    def _lake(self):
        if self.lake_down:
            raise LakeUnavailable("S3", found="nothing", expected="an answer", remedy="wait")
        return self.small.processed


@pytest.fixture
def desk(small: Pipeline) -> Desk:
    return Desk(small)


def test_a_failure_is_told_once_however_many_runs_meet_it_and_so_is_its_end(desk: Desk):
    for number in range(3):
        desk.tell(DRIFTED, f"scheduled__{number}")
    assert desk.mail.events == desk.sns.events == ["failed"]
    desk.tell(FINE, "scheduled__4")
    desk.tell(FINE, "scheduled__5")
    assert desk.mail.events == desk.sns.events == ["failed", "recovered"]


def test_what_could_not_be_published_is_an_incident_until_a_publishing_succeeds(desk: Desk):
    unpublished = replace(FINE, failures=(failure("publish", "lake", "no answer"),))
    for number in range(2):
        desk.tell(unpublished, f"scheduled__{number}")
    desk.tell(FINE, "scheduled__2")  # nothing was loaded, and so nothing published
    assert desk.mail.events == ["failed"]
    assert desk.mail.got[0].tables == ("publish",)
    desk.tell(replace(FINE, is_published=True), "scheduled__3")
    assert desk.mail.events == ["failed", "recovered"]


def test_a_failure_of_tables_and_publishing_is_over_when_both_are_well(desk: Desk):
    down = tuple(failure(task, "lake", "no answer") for task in ("publish", "dim_staff.extract"))
    desk.tell(Outcome(requested=TABLES, well=("fact_sales_order",), failures=down))
    desk.tell(FINE, "scheduled__2")
    assert desk.mail.events == ["failed"]
    desk.tell(replace(FINE, is_published=True), "scheduled__3")
    assert desk.mail.events == ["failed", "recovered"]


def test_without_the_warehouse_it_is_told_once_too_and_its_end_afterwards(desk: Desk):
    desk.warehouse_down = True
    for number in range(3):
        desk.tell(DOWN, f"scheduled__{number}")
    assert desk.mail.events == desk.sns.events == ["failed"]
    desk.warehouse_down = False
    desk.tell(FINE, "scheduled__4")
    assert desk.mail.events == desk.sns.events == ["failed", "recovered"]
    assert list(spool.held(desk.small.processed)) == []


def test_without_warehouse_and_mail_server_the_mail_is_sent_when_either_works_again(desk: Desk):
    desk.warehouse_down = desk.mail.down = True
    desk.tell(DOWN)
    assert (desk.mail.events, desk.sns.events) == ([], ["failed"])
    desk.mail.down = False
    desk.tell(DOWN, "scheduled__2")
    assert (desk.mail.events, desk.sns.events) == (["failed"], ["failed"])


def test_a_mail_kept_in_s3_is_sent_by_the_warehouse_s_outbox_later(desk: Desk):
    desk.warehouse_down = desk.mail.down = True
    desk.tell(DOWN)
    desk.warehouse_down = desk.mail.down = False
    desk.tell(FINE, "scheduled__2")
    assert (desk.mail.events, desk.sns.events) == (["failed", "recovered"], ["failed", "recovered"])


def test_without_warehouse_and_s3_it_is_told_all_the_same(desk: Desk):
    desk.warehouse_down = desk.lake_down = True
    desk.tell(DOWN)
    assert desk.mail.events == desk.sns.events == ["failed"]


def test_without_s3_the_warehouse_serves(desk: Desk):
    desk.lake_down = True
    desk.tell(DRIFTED)
    assert desk.mail.events == ["failed"]


def test_loads_are_told_by_message_only_and_after_their_commit(desk: Desk):
    desk.small.run(Request(tables=TABLES))
    desk.tell(FINE, "test")
    assert (desk.mail.events, desk.sns.events) == ([], ["loaded"])
    assert {load.table for load in desk.sns.got[0].facts.loads} == set(TABLES)


def test_a_topic_that_is_down_fails_nothing_and_gets_the_message_once_when_it_works(desk: Desk):
    desk.small.run(Request(tables=TABLES))
    desk.sns.down = True
    desk.tell(FINE, "test")
    desk.tell(FINE, "test")
    desk.sns.down = False
    desk.tell(FINE, "another")
    assert desk.sns.events == ["loaded"]


@pytest.mark.parametrize(
    ("states", "well", "waiting"),
    [
        ({"plan": "success", "a.extract": "success", "a.load": "success", "b.load": "skipped"}, ("a", "b"), {}),
        (
            {"plan": "failed", "a.load": "upstream_failed", "b.load": "upstream_failed"},
            (),
            {"a.load": "plan", "b.load": "plan"},
        ),
        (
            {"plan": "success", "a.extract": "failed", "a.load": "upstream_failed", "b.load": "success"},
            ("b",),
            {"a.load": "a.extract"},
        ),
        ({"plan": "failed", "a.load": "skipped", "b.load": None}, (), {}),
        ({"plan": "success", "a.load": "success", "b.load": "skipped", "publish": "failed"}, ("a", "b"), {}),
    ],
)
def test_what_is_well_and_what_waits_is_seen_in_the_states_of_the_tasks(states, well, waiting):
    failed = [failure(task) for task, state in states.items() if state == "failed"]
    outcome = Outcome.of(states, failed, ("a", "b"))
    assert (outcome.well, outcome.waiting) == (well, waiting)


@pytest.mark.parametrize("statement", ["DROP TABLE etl_alert CASCADE", "REVOKE ALL ON etl_alert FROM totes_etl"])
def test_a_warehouse_that_answers_and_refuses_is_told_of_too(desk: Desk, statement: str):
    with psycopg.connect(desk.small.warehouse_owner) as owner:
        owner.execute(statement)
    desk.tell(DRIFTED)
    assert desk.mail.events == desk.sns.events == ["failed"]


def test_an_alert_of_another_version_stands_in_nobody_s_way(desk: Desk):
    desk.small.processed.claim("alerts/spool/0/alert.json", b'{"event": "of the future"}')
    desk.tell(DRIFTED)
    assert desk.mail.events == ["failed"]
