"""The COVID-19 table through the whole engine: real HTTP, S3 and PostgreSQL."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from include import steps
from include.alerts import news
from include.errors import ContractError
from include.planning import Request
from include.warehouse.connection import transaction
from tests.alerts.receiver import Receiver
from tests.alerts.runs import failure, run
from tests.covid_group import NAME, Covid
from tests.covid_shelf import DAYS, day, serving
from tests.pipeline import Pipeline


@pytest.fixture
def covid(pipeline: Pipeline) -> Iterator[Covid]:
    with serving() as shelf:
        yield Covid(pipeline, shelf)


def test_the_first_poll_loads_every_day(covid: Covid):
    assert covid.plan().reason == "first load"
    assert covid.run() == (DAYS, 0, 0)
    assert covid.current() == covid.expected()


def test_files_that_did_not_move_are_asked_for_and_not_fetched(covid: Covid):
    covid.run()
    covid.shelf.asked.clear()
    plan = covid.plan()
    assert not plan.has_changes
    assert plan.reason.startswith("no file moved since")
    assert covid.shelf.asked == [("/us.csv", 304), ("/jhu.csv", 304)]


def test_a_poll_is_not_due_before_its_time(covid: Covid):
    covid.run()
    covid.shelf.go_on()
    covid.shelf.asked.clear()
    plan = covid.plan(poll=30)
    assert not plan.has_changes
    assert re.match(r"asked at \d\d:\d\d UTC, every 0:30:00", plan.reason)
    assert covid.shelf.asked == []


def test_a_day_later_one_day_is_new(covid: Covid):
    covid.run()
    covid.shelf.go_on()
    assert covid.plan().reason == "moved: nyt_us, jhu_time_series"
    assert covid.run() == (1, 0, 0)
    assert covid.current() == covid.expected()


def test_a_revision_deep_in_history_is_a_version_of_its_own(covid: Covid):
    covid.run()
    covid.shelf.cases[day(3)] -= 17
    assert covid.run() == (0, 1, 0)
    assert covid.current() == covid.expected()
    revisions = covid.pipeline.query("SELECT date, old_cases, new_cases, vanished FROM covid_us_daily_revisions")
    assert revisions == [(day(3), 4000, 3983, False)]


def test_a_vanished_day_is_marked_and_comes_back(covid: Covid):
    covid.run()
    kept = covid.shelf.cases.pop(day(0)), covid.shelf.deaths.pop(day(0)), covid.shelf.recovered.pop(day(0))
    assert covid.run() == (0, 0, 1)
    assert covid.current() == covid.expected()
    covid.shelf.cases[day(0)], covid.shelf.deaths[day(0)], covid.shelf.recovered[day(0)] = kept
    assert covid.run() == (0, 1, 0)
    assert covid.current() == covid.expected()


def test_as_of_gives_exactly_the_earlier_state(covid: Covid):
    states = []
    for _ in range(3):
        covid.run()
        states.append((datetime.now(UTC), covid.expected()))
        covid.shelf.go_on()
        covid.shelf.cases[day(5)] += 1
    for moment, state in states:
        assert covid.pipeline.query("SELECT * FROM covid_us_daily_as_of(%s)", moment) == state


def test_a_stall_of_one_source_is_no_failure_and_is_warned_of(covid: Covid):
    covid.run()
    for number in range(DAYS, DAYS + 5):
        covid.shelf.recovered[day(number)] = 1
    transformed = covid.transform(covid.extract())
    covid.pipeline.load(transformed)
    ((key, sentence),) = transformed["stalls"].items()
    assert key == f"us.csv (New York Times) since {day(DAYS - 1)}"
    assert "is its last day, 5 days before the other file's" in sentence


@pytest.mark.parametrize("broken", [b"<html>Not found</html>", b"date,cases\n2020-03-01,1", b""])
def test_a_bad_file_is_refused_whole_and_never_blocks_a_good_one(covid: Covid, broken: bytes):
    covid.run()
    good = covid.current()
    covid.shelf.go_on()
    covid.shelf.instead = broken or b" "
    with pytest.raises(ContractError):
        covid.run()
    assert covid.current() == good
    covid.shelf.instead = None
    assert covid.plan().has_changes
    assert covid.run() == (1, 0, 0)
    assert covid.current() == covid.expected()


@pytest.mark.parametrize("lost", [range(40), range(DAYS - 2, DAYS)], ids=["history vanishes", "newest goes backwards"])
def test_a_file_without_its_history_is_refused_unless_it_is_believed(covid: Covid, lost: range):
    covid.run()
    good = covid.current()
    for number in lost:
        for counts in (covid.shelf.cases, covid.shelf.deaths, covid.shelf.recovered):
            del counts[day(number)]
    with pytest.raises(ContractError, match="the files as a whole"):
        covid.run()
    assert covid.current() == good
    covid.run(Request(tables=(NAME,), mode="full", allow_mass_delete=True))
    assert covid.current() == covid.expected()


def test_a_version_that_was_landed_and_never_loaded_goes_first(covid: Covid):
    covid.run()
    covid.shelf.cases[day(3)] = 3991
    covid.extract()
    covid.shelf.cases[day(3)] = 3992
    covid.run()
    versions = covid.pipeline.query("SELECT cases FROM covid_us_daily WHERE date = %s ORDER BY covid_record_id", day(3))
    assert versions == [(4000,), (3991,), (3992,)]


def test_a_replay_gives_the_same_versions(covid: Covid):
    for _ in range(3):
        covid.run()
        covid.shelf.go_on()
        covid.shelf.deaths[day(7)] += 1
    columns = "date, cases, deaths, recovered, is_current, is_deleted, _seen_at"
    held = f"SELECT {columns} FROM covid_us_daily ORDER BY covid_record_id"
    before = covid.pipeline.query(held)
    covid.run(Request(tables=(NAME,), mode="replay"))
    assert covid.pipeline.query(held) == before


def test_a_backfill_has_nothing_to_read(covid: Covid):
    window = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 2, tzinfo=UTC)
    request = Request(tables=(NAME,), mode="backfill", window_start=window[0], window_end=window[1])
    assert not covid.plan(request).has_changes


def test_raw_objects_are_the_bytes_as_received_with_their_origin(covid: Covid):
    (key,) = covid.extract()["manifests"]
    manifest = covid.pipeline.raw.manifest(key)
    nyt, _ = manifest.fetched
    with covid.pipeline.raw.open(manifest.files[0]) as body:
        assert body.read() == covid.shelf.nyt()
    assert nyt.url.endswith("/us.csv")
    assert nyt.etag
    assert nyt.headers["content-type"] == "text/csv"


def test_a_dead_server_is_left_to_the_table_s_own_task(covid: Covid):
    covid.run()
    covid.shelf.port = 1
    plan = covid.plan()
    assert plan.has_changes
    assert "could not be looked at" in plan.reason


def test_the_days_metrics(covid: Covid):
    covid.run()
    row = covid.pipeline.query(
        "SELECT new_cases, new_deaths, new_recovered, new_cases_mean_7d, case_fatality_percent, cases_per_100k,"
        " day_of_week, month FROM covid_us_daily_metrics ORDER BY date LIMIT 1 OFFSET 10"
    )[0]
    assert [float(value) for value in row[:6]] == [1000, 10, 500, 1000, 1, 3.32]
    assert row[6:] == ("Wednesday", day(0).replace(day=1))
    early = covid.pipeline.query("SELECT new_cases_mean_7d FROM covid_us_daily_metrics ORDER BY date LIMIT 8")
    assert [value is None for (value,) in early] == [True] * 7 + [False]


def test_the_news_name_the_days_and_the_latest_totals(covid: Covid):
    covid.run()
    covid.shelf.go_on()
    covid.shelf.cases[day(3)] += 1
    covid.run()
    with covid.pipeline.loading() as warehouse, transaction(warehouse):
        (alert,) = news.loaded_alerts(warehouse, run("test"), datetime.now(UTC))
    (load,) = alert.facts.loads
    assert (load.rows_new, load.rows_revised) == (DAYS + 1, 1)
    assert load.note == "days 2020-03-01 to 2020-04-30; on 2020-04-30: 61,000 cases, 610 deaths, 30,500 recovered"


def test_a_standstill_is_told_once(covid: Covid):
    receiver = Receiver("sns")
    covid.run()
    for ahead in (5, 6):
        covid.shelf.recovered[day(DAYS + ahead - 1)] = 1
        for number in range(DAYS, DAYS + ahead):
            covid.shelf.recovered[day(number)] = 1
        transformed = covid.transform(covid.extract())
        outcome = steps.Outcome(requested=(NAME,), well=(NAME,), stalls={NAME: transformed["stalls"]})
        steps.tell(
            run("test"),
            outcome,
            warehouse=covid.pipeline.loading,
            lake=lambda: covid.pipeline.processed,
            channels=[receiver],
        )
    assert receiver.events.count("data_quality") == 1


def test_a_count_that_no_table_holds_is_refused_and_blocks_nothing(covid: Covid):
    covid.run()
    covid.shelf.cases[day(DAYS - 1)] = 103_910_034_000
    with pytest.raises(ContractError, match="column cases"):
        covid.run()
    covid.shelf.cases[day(DAYS - 1)] = 1000 * DAYS + 1
    assert covid.run() == (0, 1, 0)


def test_a_file_that_stays_broken_is_held_up_against_the_rules_once_when_it_is_mended(covid: Covid):
    covid.run()
    covid.shelf.instead = b"date,cases\n2020-03-01,1"
    for _ in range(4):
        with pytest.raises(ContractError):
            covid.run()
    covid.shelf.instead = None
    covid.shelf.go_on()
    extracted = covid.extract()
    assert len(extracted["manifests"]) == 2
    assert covid.pipeline.load(covid.transform(extracted))["rows_new"] == 1


def test_a_replay_leaves_out_what_was_refused_the_first_time(covid: Covid):
    covid.run()
    kept = dict(covid.shelf.cases)
    for number in range(40):
        del covid.shelf.cases[day(number)]
    with pytest.raises(ContractError):
        covid.run()
    covid.shelf.cases.update(kept)
    covid.shelf.go_on()
    covid.run()
    held = "SELECT date, cases, is_current, _seen_at FROM covid_us_daily ORDER BY covid_record_id"
    before = covid.pipeline.query(held)
    covid.run(Request(tables=(NAME,), mode="replay"))
    assert covid.pipeline.query(held) == before


def test_a_poll_is_due_at_once_while_the_table_ails_or_a_mass_delete_is_allowed(covid: Covid):
    covid.run()
    assert covid.plan(Request(tables=(NAME,), allow_mass_delete=True), poll=30).reason.startswith("no file moved")
    assert covid.plan(poll=30).reason.startswith("asked at")
    outcome = steps.Outcome(requested=(NAME,), well=(), failures=(failure(f"{NAME}.extract", "contract"),))
    with_receiver = {"lake": lambda: covid.pipeline.processed, "channels": [Receiver("sns")]}
    steps.tell(run("test"), outcome, warehouse=covid.pipeline.loading, **with_receiver)
    assert covid.plan(poll=30).reason.startswith("no file moved")


def test_without_its_last_manifest_everything_is_fetched(covid: Covid):
    covid.run()
    with psycopg.connect(covid.pipeline.loader) as connection:
        connection.execute("UPDATE etl_ledger SET manifest = 'processed/gone/manifest.json'")
    plan = covid.plan()
    assert plan.has_changes
    assert "cannot be read" in plan.reason


def test_as_of_reads_its_own_schema_whoever_asks(covid: Covid):
    covid.run()
    with psycopg.connect(covid.pipeline.loader) as connection:
        connection.execute("SET search_path TO pg_catalog")
        rows = connection.execute("SELECT count(*) FROM public.covid_us_daily_as_of(now())").fetchone()
    assert rows == (DAYS,)
