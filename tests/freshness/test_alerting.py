"""What is told when, without any server."""

from datetime import timedelta

import pytest

from include.alerts.model import Event
from include.alerts.sns import message
from include.freshness.alerting import LEASE, Entry, breach, recovered, to_tell, unasked
from tests.freshness.standings import AT, LIMIT, verdict
from tests.pipeline import NAMES

LATE = verdict(dim_staff=31)
FRESH = verdict(dim_staff=29)
DOWN = unasked(LIMIT, AT)


def told(found, *, sent=True, at=AT):
    alert = breach(found) if not hasattr(found, "alert_id") else found
    return Entry(alert=alert, claimed_at=at, sent_at=at if sent else None)


def test_the_limit_itself_is_kept():
    assert verdict(dim_staff=30).late == ()
    assert [one.table for one in verdict(dim_staff=30.1).late] == ["dim_staff"]


def test_a_source_whose_clock_is_ahead_is_not_in_the_future():
    (one,) = [one for one in verdict(dim_staff=-1).standings if one.table == "dim_staff"]
    assert one.behind_s == 0


def test_a_breach_began_when_its_oldest_table_passed_the_limit():
    alert = breach(verdict(dim_staff=31, fact_payment=45))
    assert alert.facts.due_at == AT - timedelta(minutes=15)
    assert alert.tables == ("dim_staff", "fact_payment")


def test_a_table_never_loaded_is_a_breach_of_its_own():
    alert = breach(verdict(dim_staff=None))
    assert (alert.tables, alert.facts.behind_s["dim_staff"], alert.facts.due_at) == (("dim_staff",), None, AT)


@pytest.mark.parametrize(
    ("found", "last", "event"),
    [
        (FRESH, None, None),
        (LATE, None, Event.DEADLINE_MISSED),
        (DOWN, None, Event.DEADLINE_MISSED),
        (LATE, told(LATE), None),
        (DOWN, told(LATE), None),
        (LATE, told(DOWN), None),
        (FRESH, told(LATE), Event.RECOVERED),
        (FRESH, told(recovered(FRESH, breach(LATE))), None),
        (LATE, told(recovered(FRESH, breach(LATE))), Event.DEADLINE_MISSED),
    ],
)
def test_each_is_told_once(found, last, event):
    alert = to_tell(found, last)
    assert (alert.event if alert else None) is event


@pytest.mark.parametrize("found", [LATE, FRESH])
def test_what_another_check_is_telling_is_left_to_it_for_a_while(found):
    last = told(LATE, sent=False)
    assert to_tell(found, last, AT + LEASE) is None
    assert to_tell(found, last, AT + LEASE + timedelta(seconds=1)) == last.alert


def test_that_the_warehouse_could_not_be_asked_names_no_table_and_its_return_all():
    assert (DOWN.tables, DOWN.facts.waiting, DOWN.facts.behind_s) == ((), (), {})
    assert recovered(FRESH, DOWN).tables == tuple(sorted(NAMES))


def test_the_words_say_which_of_the_two_it_is():
    said = [message(alert, runbook_url="docs/runbook.md") for alert in (breach(LATE), DOWN, recovered(FRESH, DOWN))]
    assert "the warehouse is 31 min behind (dim_staff)" in said[0].subject
    assert "the warehouse could not be asked" in said[1].subject
    assert "RECOVERED 10 tables" in said[2].subject
