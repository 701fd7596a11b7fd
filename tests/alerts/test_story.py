"""What failures are said to mean for the data, whatever failed in whichever run."""

from dataclasses import replace
from datetime import timedelta

import pytest

from include.alerts.causes import CAUSES
from include.alerts.model import Alert, Event, Failed, Failure
from include.alerts.story import tell
from include.alerts.story.phrases import clock, counted, listed, period, span, standing
from tests.alerts import samples

RUNBOOK = "https://docs.example/runbook.md"
WORKER = samples.FAILURE


def told(alert: Alert) -> str:
    story = tell(alert, RUNBOOK)
    return " ".join([*story.lead, *(sentence for _, sentence in story.advice)])


def of(cause: str, run_type: str = "scheduled", failure: Failure = WORKER, incident: str | None = None) -> Alert:
    alert = samples.failed(replace(failure, cause=cause))
    assert isinstance(alert.facts, Failed)
    return replace(alert, incident=incident or cause, facts=replace(alert.facts, run_type=run_type))


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
def test_a_failure_says_what_failed_what_stands_and_where_to_read(cause):
    story = tell(of(cause.key), RUNBOOK)
    assert story.lead[0] == f"fact_sales_order.load failed: {cause.title}."
    assert story.lead[1] == f"The warehouse's fact_sales_order stands at 13:55 UTC. {cause.means}"
    assert story.links[0].url == f"{RUNBOOK}#{cause.anchor}"
    assert dict(story.advice)["Next step"] == cause.next_step
    assert story.subject == "[totes production] FAILED fact_sales_order.load \N{EN DASH} try 3/3 \N{EN DASH} 14:05 UTC"


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize(("run_type", "what"), [("backfill", "a backfill"), ("manual", "this run")])
def test_nobody_is_promised_that_a_schedule_repeats_what_was_asked_for_once(cause, run_type, what):
    alert = of(cause, run_type, incident=f"run/x/{cause}")
    story = tell(alert, RUNBOOK)
    assert f"No schedule repeats {what}" in story.lead[1]
    assert "next run" not in story.lead[1]
    assert "Told again?" not in dict(story.advice)


def test_a_full_comparison_has_to_be_triggered_again():
    assert "A full comparison" in told(of("source", "manual"))
    assert "A full comparison" not in told(of("source", "scheduled"))
    assert "A full comparison" not in told(of("mass_delete", "manual"))


def test_a_plan_that_failed_read_nothing():
    story = tell(samples.plan_failed(), RUNBOOK)
    assert "No table was read." in story.lead[1]
    assert "stand between 13:50 and 13:55 UTC; of fact_sales_order it is not known" in story.lead[1]
    assert dict(story.facts)["Waiting"].startswith("9 tasks of 3 tables: ")


def test_a_report_that_failed_lost_no_load():
    assert "What the run read is loaded" in told(of("source", failure=replace(WORKER, task_id="report")))


@pytest.mark.parametrize("run_type", ["scheduled", "backfill"])
def test_what_was_not_published_is_loaded(run_type):
    text = told(of("lake", run_type, failure=replace(WORKER, task_id="publish")))
    assert "What the run read is loaded; what is read from the site's bucket" in text
    assert "the next run that loads anything publishes all that is missing" in text


def test_an_error_that_knows_its_remedy_says_it():
    story = tell(samples.plan_failed(), RUNBOOK)
    assert dict(story.advice)["Next step"].startswith("Set it as an environment variable, or on MWAA")
    assert "tried again" not in told(samples.grouped())  # it was, and is not any more


def test_a_group_is_counted_and_its_error_told_once():
    story = tell(samples.grouped(), RUNBOOK)
    assert story.headline == "3 tables: the warehouse does not answer"
    assert [quote.heading for quote in story.quotes] == [
        "WarehouseUnavailable in fact_payment.load, likewise in 2 more"
    ]
    assert story.grid is not None
    assert len(story.grid.rows) == 3


def test_a_group_of_one_table_is_one_of_tasks():
    alert = samples.failed(WORKER, replace(WORKER, task_id="fact_sales_order.extract"))
    assert tell(alert, RUNBOOK).headline == "2 tasks: an error that nobody foresaw"


def test_a_task_that_is_tried_again_asks_for_nothing():
    story = tell(samples.retrying(), RUNBOOK)
    assert story.label == "RETRYING"
    assert dict(story.advice).keys() == {"Next step"}
    assert "2 more tries to come" in told(samples.retrying())


def test_a_killed_task_says_what_nobody_knows():
    facts = dict(tell(samples.killed(), RUNBOOK).facts)
    assert facts["Host"] == facts["Rows so far"] == "not known"


def test_another_environment_says_that_production_is_not_touched():
    assert "Nothing of production is touched" in told(samples.full_failed())
    assert "Nothing of production is touched" not in told(samples.failed())


def test_many_rows_of_a_grid_end_in_how_many_more():
    failures = [replace(WORKER, task_id=f"t{number:02}.load") for number in range(60)]
    grid = tell(samples.failed(*failures), RUNBOOK).grid
    assert grid is not None
    assert len(grid.rows) == 40
    assert grid.rows[-1][0] == "and 21 more"


def test_freshness_that_could_not_be_asked_claims_no_lateness():
    assert "is kept is not known" in told(samples.unasked())
    assert "is broken since" not in told(samples.unasked())
    assert "is broken since 14:25 UTC" in told(samples.stale())


def test_every_event_has_a_sample_and_a_label_of_its_own():
    stories = {alert.event: tell(alert, RUNBOOK).label for alert in (make() for make in samples.ALL.values())}
    assert stories.keys() == set(Event)
    assert len(set(stories.values())) == len(Event)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2.44, "2.4 s"),
        (12.0, "12 s"),
        (60, "1 min"),
        (2400, "40 min"),
        (11_100, "3 h 5 min"),
        (86_400 * 2 + 14_400, "2 days 4 h"),
        (86_460, "1 day 1 min"),
    ],
)
def test_a_span_is_told_in_its_largest_units(seconds, text):
    assert span(seconds) == text


def test_a_clock_has_its_date_where_it_is_another_day():
    yesterday = samples.AT - timedelta(days=1)
    assert clock(samples.AT) == clock(samples.AT, samples.AT) == "14:05 UTC"
    assert clock(yesterday, samples.AT) == "2024-11-13 14:05 UTC"
    assert period((yesterday, samples.AT)) == "2024-11-13 14:05 to 2024-11-14 14:05 UTC"


def test_lists_and_counts_read_as_sentences():
    assert (listed(()), listed(("a",)), listed(("a", "b")), listed(("a", "b", "c"))) == (
        "",
        "a",
        "a and b",
        "a, b and c",
    )
    assert listed(("a", "b", "c", "d"), most=2) == "a, b and 2 more"
    assert (counted(1, "row"), counted(1200, "row")) == ("1 row", "1,200 rows")


def test_what_stands_is_said_of_one_of_some_of_many_and_of_none():
    at, before = samples.STOOD, samples.STOOD - timedelta(days=1)
    assert standing({}, samples.AT) == ""
    assert standing({"a": None}, samples.AT) == "Up to when the warehouse holds a is not known."
    assert standing({"a": at}, samples.AT) == "The warehouse's a stands at 13:55 UTC."
    assert standing(dict.fromkeys("abcd", at), samples.AT) == "The warehouse's 4 tables stand at 13:55 UTC."
    assert standing({"a": at, "b": before, "c": None}, samples.AT) == (
        "The warehouse's a and b stand between 2024-11-13 13:55 and 13:55 UTC; of c it is not known."
    )
