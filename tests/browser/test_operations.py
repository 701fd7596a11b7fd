"""The page of operations says what the pipeline's books say, and follows them though nothing is loaded."""

import pytest
from playwright.sync_api import Page, expect

from include.catalog import FED
from tests.browser.places import Place
from tests.browser.trade import rows, shows, told
from tests.integration.conftest import AirflowRuns

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
