"""The page of operations says what the pipeline's books say, and follows them though nothing is loaded."""

import pytest
from playwright.sync_api import Page, expect

from include import steps
from include.catalog import FED
from tests.airflow_runs import AirflowRuns
from tests.alerts.receiver import Receiver
from tests.alerts.runs import failure, run
from tests.browser.places import Place
from tests.browser.trade import rows, shows, told
from tests.pipeline import NAMES

TABLES = [table.name for table in FED]
RUNS = """
SELECT run_type, rows_new, rows_revised, rows_deleted, rows_quarantined FROM etl_run {where} ORDER BY ended_at DESC
"""
SET_ASIDE = """
INSERT INTO etl_quarantine (table_name, natural_key, rules, object_key, load_id, found_at)
VALUES ('fact_payment', '4711', 'paid is ''perhaps'', expected true or false', 'quarantine/rows.jsonl', 'x', now())
RETURNING quarantine_id
"""
NOTED = """
INSERT INTO etl_run VALUES ('test', 'manual', now() - interval '7 s', now(), 'failed', 0, 0, 11, 'plan', 0, 0, 0, 0)
RETURNING run_id
"""
SET_ASIDE_BEFORE = """
INSERT INTO etl_quarantine (table_name, natural_key, rules, object_key, load_id, found_at, resolved_at)
VALUES ('fact_payment', '4710', 'paid is NULL', 'quarantine/rows.jsonl', 'x', now() - interval '1 h', now())
RETURNING quarantine_id
"""
MANY_NOTED = """
INSERT INTO etl_run SELECT 'test-' || one, 'manual', now() - one * interval '1 s', now() - one * interval '1 s',
  'success', 0, 11, 0, '', 0, 0, 0, 0 FROM generate_series(1, 60) AS one RETURNING run_id
"""
CHECKS = """
SELECT DISTINCT ON (table_name) table_name, outcome, source_rows, warehouse_rows FROM etl_check
ORDER BY table_name, checked_at DESC, check_id DESC
"""
ALERTS = """
SELECT event,
  CASE WHEN event <> 'failed' THEN '\N{EN DASH}' WHEN resolved_at IS NULL THEN '✕ open' ELSE '✓ recovered' END,
  coalesce((SELECT string_agg(channel, ', ' ORDER BY channel) FROM etl_delivery AS to_send
            WHERE to_send.alert_id = alert.alert_id AND sent_at IS NOT NULL), ''),
  coalesce((SELECT string_agg(channel, ', ' ORDER BY channel) FROM etl_delivery AS to_send
            WHERE to_send.alert_id = alert.alert_id AND sent_at IS NULL), '')
FROM etl_alert AS alert WHERE {where} ORDER BY happened_at DESC, alert_id
"""
UNSENT = "alert_id IN (SELECT alert_id FROM etl_delivery WHERE sent_at IS NULL)"
INSTANT = "0123456789-: UTC"
TWO = ("dim_design", "fact_payment")
TEN_SECONDS = 12_000  # and a little

# What the page asks and says is the same in Airflow and by itself.
alone = pytest.mark.parametrize("place", ["standalone"], indirect=True)


@alone
def test_every_table_has_a_bar_a_word_and_its_limit(page: Page, place: Place) -> None:
    place.open(page, "operations")
    expect(page.locator("#card-freshness .value")).to_contain_text("✓ All fresh")
    page.locator("#freshness summary").click()
    found = rows(page, "freshness", "Table", "Status", "Allowed")
    limits = {name: "60 min" if name == "covid_us_daily" else "30 min" for name in TABLES}
    assert found == [(name, "✓ fresh", limits[name]) for name in TABLES]


@alone
def test_runs_are_those_of_the_books_and_are_filtered(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "operations")
    titles = ("Kind", "New", "Revised", "Deleted", "Set aside")
    expected = stack_runs.pipeline.query(RUNS.format(where=""))
    assert len(expected) >= 1
    assert rows(page, "runs", *titles) == told(expected)
    page.get_by_role("radio", name="With changes").check()
    changed = stack_runs.pipeline.query(RUNS.format(where="WHERE rows_new + rows_revised + rows_deleted > 0"))
    shows(page, "only", "changed")
    assert rows(page, "runs", *titles) == told(changed)
    page.get_by_role("radio", name="Failed").check()
    expect(page.locator("#runs .message")).to_have_text("✓ No run failed.")


def test_a_run_leads_into_airflow_and_shows_its_loads(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    place.open(page, "operations", only="changed")
    run_id, loads = stack_runs.pipeline.query(
        "SELECT run_id, (SELECT count(*) FROM etl_ledger AS load WHERE load.run_id = run.run_id)::int"
        " FROM etl_run AS run WHERE rows_new > 0 ORDER BY ended_at DESC LIMIT 1"
    )[0]
    first = page.locator("#runs tbody tr").first
    link = str(first.get_by_role("link", name="Run ↗").get_attribute("href"))
    assert link == f"{stack_runs.stack.airflow.url}/dags/totes_etl/runs/{run_id}"
    first.locator("summary").click()
    expect(first.locator("details > div > div")).to_have_count(loads)
    assert loads >= 1


@alone
def test_a_row_in_quarantine_appears_by_itself_and_its_absence_is_good_news(
    page: Page, place: Place, stack_runs: AirflowRuns
) -> None:
    place.open(page, "operations")
    expect(page.locator("#card-quarantine .value")).to_have_text("✓ Empty")
    expect(page.locator("#quarantine .message")).to_contain_text("Nothing is in quarantine")
    ((entry,),) = stack_runs.pipeline.query(SET_ASIDE)
    try:
        expect(page.locator("#card-quarantine .value")).to_have_text("⚠ 1 row", timeout=TEN_SECONDS)
        assert "paid is 'perhaps'" in page.locator("#quarantine tbody").inner_text()
    finally:
        stack_runs.pipeline.query("DELETE FROM etl_quarantine WHERE quarantine_id = %s RETURNING 1", entry)
    expect(page.locator("#card-quarantine .value")).to_have_text("✓ Empty", timeout=TEN_SECONDS)


@alone
def test_a_failed_run_is_told_by_icon_and_word(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    stack_runs.pipeline.query(NOTED)
    try:
        place.open(page, "operations")
        expect(page.locator("#card-runs .value")).to_have_text("✕ failed")
        outcome = page.locator("#runs tbody tr").first.locator("td").nth(1)
        assert outcome.inner_text().split() == ["✕", "failed", "plan"]
    finally:
        stack_runs.pipeline.query("DELETE FROM etl_run WHERE run_id = 'test' RETURNING 1")


@alone
def test_charts_take_the_colours_of_the_dark_and_what_did_not_change_keeps_its_focus(page: Page, place: Place) -> None:
    place.open(page, "operations", only="changed")
    grid = "() => getComputedStyle(document.querySelector('#runs .gridlayer path')).stroke"
    light = page.evaluate(grid)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"(light) => ({grid})() !== light", arg=light)
    link = page.locator("#runs tbody a").first
    link.focus()
    with page.expect_response("**/operations/runs*", timeout=TEN_SECONDS):
        pass
    page.wait_for_timeout(200)
    assert link.evaluate("(element) => element === document.activeElement")


@alone
def test_the_history_reaches_as_far_back_as_is_asked(page: Page, place: Place) -> None:
    place.open(page, "operations")
    for hours in (24, 72):
        page.select_option("[name=hours]", str(hours))
        if hours != 24:
            shows(page, "hours", str(hours))
        found = rows(page, "history", "Table", "Hour from", "Status")
        assert len({hour for _, hour, _ in found}) == hours
        assert len(found) == hours * len(TABLES)
        assert {status for _, _, status in found} == {"✓ fresh", "· not known"}


@alone
def test_as_many_runs_are_listed_as_are_asked_for(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    stack_runs.pipeline.query(MANY_NOTED)
    try:
        place.open(page, "operations")
        ((count,),) = stack_runs.pipeline.query("SELECT count(*)::int FROM etl_run")
        assert len(rows(page, "runs", "Ended")) == 50
        for limit in (20, 100):
            page.select_option("[name=limit]", str(limit))
            shows(page, "limit", str(limit))
            assert len(rows(page, "runs", "Ended")) == min(limit, count)
    finally:
        stack_runs.pipeline.query("DELETE FROM etl_run WHERE run_id LIKE 'test-%' RETURNING 1")


@alone
def test_rows_in_quarantine_are_listed_by_their_state(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    entries = [entry for insert in (SET_ASIDE, SET_ASIDE_BEFORE) for (entry,) in stack_runs.pipeline.query(insert)]
    try:
        place.open(page, "operations")
        for label, state, expected in (
            ("Both", "all", [("4711", "⚠ open"), ("4710", "✓ resolved")]),
            ("Resolved", "resolved", [("4710", "✓ resolved")]),
            ("Open", "open", [("4711", "⚠ open")]),
        ):
            page.get_by_role("radio", name=label, exact=True).check()
            shows(page, "state", state)
            found = rows(page, "quarantine", "Key", "State")
            assert [(key, told_of.rstrip(INSTANT)) for key, told_of in found] == expected
        expect(page.locator("#card-quarantine .value")).to_have_text("⚠ 1 row")
    finally:
        stack_runs.pipeline.query("DELETE FROM etl_quarantine WHERE quarantine_id = ANY(%s) RETURNING 1", entries)


@alone
def test_the_comparisons_are_those_of_the_books(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    with stack_runs.pipeline.reading() as source, stack_runs.pipeline.loading() as warehouse:
        steps.verify(source, warehouse, NAMES)
    expected = stack_runs.pipeline.query(CHECKS)
    assert len(expected) == len(NAMES)
    place.open(page, "operations")
    found = rows(page, "checks", "Table", "Outcome", "Source", "Warehouse")
    assert [(table, *counts) for table, _, *counts in found] == [(row[0], row[2], row[3]) for row in told(expected)]
    assert all(said.startswith(f"✓ {row[1]}") for (_, said, *_), row in zip(found, expected, strict=True))
    expect(page.locator("#card-checks .value")).to_have_text("✓ Equal")


@alone
def test_alerts_are_those_of_the_books_and_are_filtered(page: Page, place: Place, stack_runs: AirflowRuns) -> None:
    mail, sns = Receiver("mail"), Receiver("sns")

    def tell(run_id: str, *failed: str) -> None:
        well = tuple(table for table in TWO if table not in failed)
        failures = tuple(failure(f"{table}.load", "warehouse") for table in failed)
        steps.tell(
            run(f"test-{run_id}"),
            steps.Outcome(requested=TWO, well=well, failures=failures),
            warehouse=stack_runs.pipeline.loading,
            lake=lambda: stack_runs.pipeline.processed,
            channels=[mail, sns],
        )

    try:
        tell("1", "dim_design")
        tell("2")
        mail.down = True
        tell("3", "fact_payment")
        place.open(page, "operations")
        for label, told_by, where in (
            (None, "", "true"),
            ("Open incidents", "open", "event = 'failed' AND resolved_at IS NULL"),
            ("Not sent yet", "unsent", UNSENT),
        ):
            if label:
                page.get_by_role("radio", name=label).check()
                shows(page, "told", told_by)
            expected = stack_runs.pipeline.query(ALERTS.format(where=where))
            found = rows(page, "alerts", "What", "Incident", "Told by")
            assert [incident for _, incident, _ in found] == [row[1] for row in expected]
            for (what, _, told_to), (event, _, sent, unsent) in zip(found, expected, strict=True):
                assert event.replace("_", " ") in what
                assert told_to.startswith(sent)
                assert (f"⚠ waits: {unsent}" in told_to) == bool(unsent)
            assert len(expected) >= (1 if label else 3)
        expect(page.locator("#card-alerts .value")).to_have_text("✕ 1 open")
    finally:
        for statement in (
            (
                "DELETE FROM etl_delivery USING etl_alert AS alert WHERE alert.alert_id = etl_delivery.alert_id"
                " AND alert.run_id LIKE 'test-%' RETURNING 1"
            ),
            "DELETE FROM etl_alert WHERE run_id LIKE 'test-%' RETURNING 1",
            "DELETE FROM etl_run WHERE run_id LIKE 'test-%' RETURNING 1",
        ):
            stack_runs.pipeline.query(statement)
