"""The COVID-19 page: what it says is what the warehouse's views say, live and as files that stand alone."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from include.object_store import ObjectStore
from include.warehouse.covid_views import POPULATION
from tests.analytics.covid_days import CORRECTED, DAYS, LAST_RECOVERED, REVISED, SPIKED, fill_covid
from tests.browser import covid_places
from tests.browser.accessibility import faults
from tests.browser.places import look_again, settle
from tests.browser.recorder import Recorder
from tests.conftest import AwsServer, PgServer
from tests.covid_shelf import day
from tests.pipeline import Pipeline

LAST = day(DAYS - 1)
PER_100K = "round(100000.0 * {} / " + str(POPULATION) + ", 2)"
ROWS = """() => [...document.querySelectorAll('#days tbody tr')]
  .map((row) => [...row.cells].map((cell) => cell.textContent))"""
CHART = "document.querySelector('#days .chart')"
NOTHING, MINUS = "\N{EN DASH}", "\N{MINUS SIGN}"


@dataclass(frozen=True, repr=False)
class CovidWarehouse:
    """A warehouse of COVID-19 days with revisions: its loader's and its reader's connection strings."""

    loader: str
    analyst: str

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.analyst) as connection:
            return connection.execute(statement, values or None).fetchall()


@pytest.fixture(scope="module")
def warehouse(
    pg_server: PgServer, source_template: str, warehouse_template: str, aws: AwsServer
) -> Iterator[CovidWarehouse]:
    aws.aws.provision(aws.secrets, ["raw-covid-page", "processed-covid-page"])
    raw, processed = (ObjectStore(aws.aws.s3(aws.secrets), f"{zone}-covid-page") for zone in ("raw", "processed"))
    with (
        pg_server.copy_of(source_template, "totesys") as shop,
        pg_server.copy_of(warehouse_template, "warehouse") as name,
    ):
        owner, reader = pg_server.conninfo(shop, "shop"), pg_server.conninfo(shop, "totes_reader")
        loader = pg_server.conninfo(name, "totes_etl")
        fill_covid(Pipeline(owner=owner, reader=reader, loader=loader, raw=raw, processed=processed))
        yield CovidWarehouse(loader, pg_server.conninfo(name, "analyst"))


@pytest.fixture(scope="module")
def addresses(warehouse: CovidWarehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("site")
    covid_places.publish(warehouse.analyst, folder / "some" / "prefix")
    with covid_places.live(warehouse.analyst) as live, covid_places.plain_server(folder) as plain:
        yield {"live": live, "public": f"{plain}/some/prefix/index.html"}


@pytest.fixture
def address(request: pytest.FixtureRequest, addresses: dict[str, str]) -> str:
    """Where the page is: as files, if a test does not say otherwise; the scripts and the rows are the same."""
    return addresses[getattr(request, "param", "public")]


everywhere = pytest.mark.parametrize("address", ["live", "public"], indirect=True)


Opening = Callable[..., Page]


@pytest.fixture
def opened(context: BrowserContext, address: str) -> Opening:
    """Opens the page with a query, and waits until it shows what was asked for."""

    def at(query: str = "") -> Page:
        page = context.new_page()
        page.goto(f"{address}?{query}")
        settle(page)
        return page

    return at


def shown(page: Page, *columns: int) -> list[tuple[Any, ...]]:
    """The table's rows, the first day first: the day as text, counts as numbers, of these columns."""
    rows = page.evaluate(ROWS)
    assert rows
    return [(row[0], *(value(row[column]) for column in columns)) for row in reversed(rows)]


def value(text: str) -> Decimal | None:
    return None if text == NOTHING else Decimal(text.replace(",", ""))


def change(page: Page, act: Callable[[], None]) -> None:
    """Do something with the form, and wait until the page shows it: the address tells of it first."""
    before = page.url
    act()
    page.wait_for_function("(before) => location.href !== before", arg=before)
    settle(page)


@everywhere
def test_the_page_shows_every_day_with_its_mean(opened: Opening, warehouse: CovidWarehouse) -> None:
    expected = warehouse.query(
        "SELECT date::text, new_cases, new_cases_mean_7d, new_deaths, new_deaths_mean_7d, new_recovered,"
        " new_recovered_mean_7d FROM covid_us_daily_metrics ORDER BY date"
    )
    assert shown(opened(), 1, 2, 3, 4, 5, 6) == expected
    assert len(expected) == DAYS


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("metric=deaths", ("new_deaths", "new_deaths_mean_7d")),
        ("measure=cumulative", ("cases", "deaths", "recovered")),
        ("measure=cumulative&scale=log", ("cases", "deaths", "recovered")),
        ("measure=cumulative&per_100k=true", (PER_100K.format("cases"), PER_100K.format("deaths"))),
        ("metric=cases&per_100k=true", (PER_100K.format("new_cases"),)),
    ],
)
def test_days_are_those_of_the_warehouse(
    opened: Opening, warehouse: CovidWarehouse, query: str, columns: tuple[str, ...]
) -> None:
    expected = warehouse.query(f"SELECT date::text, {', '.join(columns)} FROM covid_us_daily_metrics ORDER BY date")
    assert len(expected) == DAYS
    assert shown(opened(query), *range(1, len(columns) + 1)) == expected


@pytest.mark.parametrize("period", ["week", "month"])
def test_weeks_and_months_are_those_of_the_warehouse(opened: Opening, warehouse: CovidWarehouse, period: str) -> None:
    first = f"date_trunc('{period}', date)::date::text"
    news = warehouse.query(
        f"SELECT {first}, sum(new_cases), sum(new_deaths), sum(new_recovered) FROM covid_us_daily_metrics"
        " GROUP BY 1 ORDER BY 1"
    )
    assert shown(opened(f"period={period}"), 2, 3, 4) == news
    until = warehouse.query(
        f"SELECT DISTINCT ON (1) {first}, cases, deaths, recovered FROM covid_us_daily_current ORDER BY 1, date DESC"
    )
    assert shown(opened(f"period={period}&measure=cumulative"), 2, 3, 4) == until


def test_the_slider_goes_back_to_what_was_known(opened: Opening, warehouse: CovidWarehouse) -> None:
    moments = [moment for (moment,) in warehouse.query("SELECT DISTINCT _seen_at FROM covid_us_daily ORDER BY 1")]
    page = opened("measure=cumulative")
    slider = page.get_by_label("As it was known on")
    slider.focus()
    for moment in reversed(moments[:-1]):
        change(page, lambda: page.keyboard.press("ArrowLeft"))
        known = "SELECT date::text, cases, deaths, recovered FROM covid_us_daily_as_of(%s)"
        assert shown(page, 1, 2, 3) == warehouse.query(known, moment)
        expect(page.get_by_text("A past state")).to_be_visible()
        assert f"{moment:%Y-%m-%d %H:%M:%S} UTC" in (slider.get_attribute("aria-valuetext") or "")
    (earliest, *_) = shown(page, 1)
    link = page.get_by_role("link", name="Link to this view").get_attribute("href")
    page.goto(link or "")
    settle(page)
    assert shown(page, 1)[0] == earliest
    page.get_by_role("button", name="Back to the latest").click()
    expect(page.get_by_text("A past state")).to_be_hidden()


def test_a_toggle_leaves_the_days_where_they_are(opened: Opening) -> None:
    page = opened("window=90")

    def days_axis() -> Any:
        return page.evaluate(f"{CHART}.layout.xaxis.range")

    before = days_axis()
    toggles = ("Weekly", "Monthly", "Cumulative", "Logarithmic", "Per 100,000 residents", "Daily", "New", "Linear")
    for toggle in toggles:
        change(page, lambda label=toggle: page.get_by_label(label, exact=True).check())
        assert days_axis() == before, toggle
    change(page, lambda: page.get_by_label("Deaths", exact=True).uncheck())
    assert days_axis() == before
    assert page.evaluate(f"{CHART}.layout.yaxis.type") == "linear"


def test_the_scale_is_logarithmic_where_it_says_so(opened: Opening) -> None:
    page = opened("scale=log&metric=cases&metric=deaths")
    layout = page.evaluate(f"{CHART}.layout")
    assert (layout["yaxis"]["type"], layout["yaxis2"]["type"]) == ("log", "log")
    assert "yaxis3" not in layout


def test_presets_and_the_brush_choose_the_days(opened: Opening) -> None:
    page = opened()
    for label, number in (("30 days", 30), ("90 days", 90), ("1 year", 365)):
        change(page, lambda preset=label: page.get_by_label(preset, exact=True).check())
        rows = shown(page, 1)
        assert (len(rows), rows[-1][0]) == (number, LAST.isoformat())
    page.get_by_label("Last day shown").focus()
    change(page, lambda: page.keyboard.press("ArrowLeft"))
    assert shown(page, 1)[-1][0] == (LAST - timedelta(days=1)).isoformat()
    expect(page.get_by_label("Chosen:")).to_be_checked()
    change(page, lambda: page.get_by_role("textbox", name="From").fill("2021-02-01"))
    assert shown(page, 1)[0][0] == "2021-02-01"
    page.reload()
    settle(page)
    assert [row[0] for row in shown(page, 1)][:: len(shown(page, 1)) - 1] == ["2021-02-01", "2021-04-03"]


def test_a_part_of_the_chart_drawn_over_becomes_the_window(opened: Opening) -> None:
    page = opened("metric=cases")
    drag = page.locator("#days .nsewdrag").first
    box = drag.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 60, steps=5)
    change(page, page.mouse.up)
    rows = shown(page, 1)
    assert 95 <= len(rows) <= 105
    assert day(98).isoformat() <= rows[0][0] <= day(102).isoformat()


def test_cards_compare_with_a_week_and_a_fortnight_before(opened: Opening, warehouse: CovidWarehouse) -> None:
    card = opened().get_by_role("listitem").filter(has_text="New cases, mean of 7 days").inner_text()
    now, week, fortnight = (
        warehouse.query("SELECT new_cases_mean_7d FROM covid_us_daily_metrics WHERE date = %s", LAST - back)[0][0]
        for back in (timedelta(), timedelta(days=7), timedelta(days=14))
    )
    assert f"{now:,}" in card
    for before, days in ((week, 7), (fortnight, 14)):
        share = f"{round(100 * (now - before) / before, 1).normalize()}"
        assert f"▲ {share} % more than {days} days before ({before.normalize():,f})" in card


def test_recovered_ends_where_it_was_last_reported(opened: Opening) -> None:
    page = opened("metric=recovered&measure=cumulative")
    card = page.get_by_role("listitem").filter(has_text="Recovered in all")
    expect(card).to_contain_text(f"not reported since {LAST_RECOVERED}")
    line = page.evaluate(f"{CHART}.data[0]")
    reported = [on for on, count in zip(line["x"], line["y"], strict=True) if count is not None]
    assert (reported[-1], len(line["y"])) == (LAST_RECOVERED.isoformat(), DAYS)
    assert f"since {LAST_RECOVERED}" in page.evaluate(f"{CHART}.layout.annotations[1].text")


def test_what_is_not_final_is_hatched_and_said(opened: Opening) -> None:
    page = opened("metric=cases&period=month")
    notes = {row[0]: row[-1] for row in page.evaluate(ROWS)}
    assert "unfinished" in notes["2021-04-01"]
    assert "provisional" in notes["2021-04-01"]
    assert "unfinished" not in notes["2021-03-01"]
    bars = {one["name"]: one for one in page.evaluate(f"{CHART}.data")}
    unfinished = bars["Unfinished: days are missing"]
    assert "2021-04-01" in unfinished["x"]
    assert unfinished["marker"]["pattern"]["shape"] == "x"
    daily = opened("metric=cases")
    provisional = [row[0] for row in daily.evaluate(ROWS) if "provisional" in row[-1]]
    assert provisional == [LAST.isoformat(), (LAST - timedelta(days=1)).isoformat()]


def test_corrections_and_backlogs_are_annotated(opened: Opening, warehouse: CovidWarehouse) -> None:
    page = opened()
    rows = page.locator("#standing-out tbody tr").all_inner_texts()
    new = dict(warehouse.query("SELECT date, new_cases FROM covid_us_daily_metrics"))
    assert [re.split(r"\t", row) for row in rows] == [
        [SPIKED.isoformat(), "backlog of cases", f"{new[SPIKED]:,}"],
        [CORRECTED.isoformat(), "correction of cases", f"{MINUS}{-new[CORRECTED]:,}"],
    ]
    marks = {one["name"]: one["x"] for one in page.evaluate(f"{CHART}.data") if one.get("mode") == "markers"}
    assert [on[:10] for on in marks["Correction: counts taken back"]] == [CORRECTED.isoformat()]
    assert [on[:10] for on in marks["Backlog: old counts on one day"]] == [SPIKED.isoformat()]


def test_revisions_are_listed_and_told_where_one_points(opened: Opening, warehouse: CovidWarehouse) -> None:
    page = opened("metric=cases")
    number = warehouse.query("SELECT count(*) FROM covid_us_daily_revisions")[0][0]
    expect(page.locator("#revisions-count")).to_contain_text(f"{number:,} in this period")
    old, now = warehouse.query(
        "SELECT old_cases, new_cases FROM covid_us_daily_revisions WHERE date = %s ORDER BY learnt_at", REVISED
    )[0]
    bars = page.evaluate(f"{CHART}.data[0]")
    said = bars["customdata"][bars["x"].index(REVISED.isoformat())]
    assert f"{old:,} → {now:,} (learnt " in said
    first = page.locator("#revisions tbody tr", has_text=day(0).isoformat()).all_inner_texts()
    assert ["back: 77" in first[0], "gone" in first[1]] == [True, True]


def test_the_csv_is_what_is_shown(opened: Opening) -> None:
    page = opened("metric=cases&window=30")
    with page.expect_download() as downloading:
        page.locator("#days").get_by_role("link", name="CSV").click()
    download = downloading.value
    assert download.suggested_filename == f"covid-us-days-day-{LAST - timedelta(days=29)}-{LAST}.csv"
    with Path(download.path()).open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [(line["first"], Decimal(line["cases"]), Decimal(line["cases_mean_7d"])) for line in lines] == shown(
        page, 1, 2
    )


def test_nothing_chosen_says_what_to_do_and_reset_brings_all_back(opened: Opening) -> None:
    page = opened("metric=cases")
    change(page, lambda: page.get_by_label("Cases", exact=True).uncheck())
    expect(page.locator("#days")).to_have_attribute("data-state", "empty")
    expect(page.locator("#days .message")).to_contain_text("choose cases, deaths or recovered")
    change(page, lambda: page.get_by_role("button", name="Reset").click())
    assert len(shown(page, 1)) == DAYS


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_it_fits_is_accessible_and_always_says_who_counted(opened: Opening, width: int) -> None:
    page = opened()
    page.set_viewport_size({"width": width, "height": 800})
    settle(page)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        settle(page)
        assert faults(page) == [], scheme
    assert page.evaluate("() => document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    for place in (0, 0.5, 1):
        page.evaluate("(place) => scrollTo(0, place * document.documentElement.scrollHeight)", place)
        expect(page.locator("#credit")).to_be_in_viewport(ratio=1)
    expect(page.locator("#credit")).to_contain_text("The New York Times")


@pytest.mark.parametrize("address", ["live"], indirect=True)
def test_an_open_page_follows_a_load(opened: Opening, warehouse: CovidWarehouse) -> None:
    page = opened("metric=cases&measure=cumulative&window=30")
    expect(page.locator("#state")).not_to_have_attribute("data-state", "asking")
    before = shown(page, 1)
    with psycopg.connect(warehouse.loader) as connection:
        connection.execute("UPDATE covid_us_daily SET cases = cases + 1 WHERE date = %s AND is_current", [LAST])
        connection.execute("UPDATE etl_ledger SET loaded_at = now() WHERE table_name = 'covid_us_daily'")
    look_again(page)
    expect(page.locator("#days tbody tr").first).to_contain_text(f"{before[-1][1] + 1:,}")


@everywhere
def test_days_that_cannot_be_read_are_told_and_come_when_they_can(
    context: BrowserContext, address: str, recorder: Recorder
) -> None:
    recorder.lost = True
    page = context.new_page()
    page.clock.install()
    data = re.compile(r"/covid\.json$|/covid/versions$")
    page.route(data, lambda route: route.abort())
    page.goto(address)
    expect(page.locator("#days")).to_have_attribute("data-state", "error")
    expect(page.locator("#days .message")).to_contain_text("goes on trying")
    page.unroute(data)
    page.clock.fast_forward(16_000)
    expect(page.locator("#days")).to_have_attribute("data-state", "ready")
