"""docs/runbook.md: every alert's link leads to a section, and what it tells people to type works."""

import re

import psycopg
import pytest

from include.alerts.causes import CAUSES
from include.alerts.story import tell
from local.settings import ROOT
from tests.alerts import samples

TEXT = (ROOT / "docs" / "runbook.md").read_text()
HEADINGS = re.findall(r"^#{1,6} (.+)$", TEXT, re.MULTILINE)
STATEMENTS = [
    statement.strip()
    for block in re.findall(r"```sql\n(.*?)```", TEXT, re.DOTALL)
    for statement in block.split(";")
    if statement.strip()
]


def slug(heading: str) -> str:
    """The anchor that GitHub makes of a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


ANCHORS = [slug(heading) for heading in HEADINGS]


def section(anchor: str) -> str:
    parts = re.split(r"^## ", TEXT, flags=re.MULTILINE)[1:]
    return next(part for part in parts if slug(part.partition("\n")[0]) == anchor)


def test_no_two_headings_have_one_anchor():
    assert len(ANCHORS) > 20
    assert len(set(ANCHORS)) == len(ANCHORS)


@pytest.mark.parametrize("cause", CAUSES.values(), ids=CAUSES)
def test_every_cause_has_its_section(cause):
    text = section(cause.anchor)
    for part in ("**Means.**", "**Check.**", "**Mend.**", "**Run again?** Safe"):
        assert part in text


@pytest.mark.parametrize("make", samples.ALL.values(), ids=samples.ALL)
def test_every_alert_links_to_a_section_that_exists(make):
    links = [link.url.removeprefix("runbook.md#") for link in tell(make(), "runbook.md").links]
    found = [link for link in links if link in ANCHORS]
    assert found
    assert all(link.startswith("http") for link in links if link not in found)


def test_every_section_is_led_to_by_some_alert():
    led_to = {cause.anchor for cause in CAUSES.values()}
    for make in samples.ALL.values():
        led_to |= {link.url.partition("#")[2] for link in tell(make(), "runbook.md").links}
    in_the_log_only = "the-source-is-not-watched"
    assert set(ANCHORS) - led_to == {"runbook", "how-to-look", in_the_log_only}


def test_links_within_the_runbook_and_to_other_pages_lead_somewhere():
    targets = re.findall(r"\]\(([^)]+)\)", TEXT)
    assert len(targets) > 4
    for target in targets:
        page, _, anchor = target.partition("#")
        assert (ROOT / "docs" / page).exists()
        assert page or anchor in ANCHORS


def test_its_statements_work_in_a_warehouse(warehouse_db):
    assert len(STATEMENTS) > 8
    with psycopg.connect(warehouse_db.loader) as connection:
        for statement in STATEMENTS:
            connection.execute(statement)


def test_every_make_target_is_there():
    there = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`make ([a-z]+)", TEXT)) | set(re.findall(r"^make ([a-z]+)", TEXT, re.MULTILINE))
    assert len(named) > 5
    assert named <= there


def test_its_limits_are_the_dags():
    dag = (ROOT / "dags" / "totes_etl.py").read_text()
    limits = [
        re.findall(rf"{name}\W+timedelta\(minutes=(\d+)\)", dag)[0] for name in ("execution_timeout", "dagrun_timeout")
    ]
    assert f"more than {limits[0]} minutes, or the whole run more than {limits[1]}" in section("a-task-took-too-long")
