"""What the API says of COVID-19 is what the warehouse's own views and SQL say."""

from datetime import UTC, date, datetime
from decimal import Decimal

import psycopg
import pytest

from include.warehouse.covid_views import POPULATION
from tests.analytics.covid_days import CORRECTED, DAYS, LAST_RECOVERED, REVISED
from tests.covid_shelf import day

URL = "/api/v1/covid"
METRICS = ("cases", "deaths", "recovered")
SCALED = "round(100000.0 * ({}) / " + str(POPULATION) + ", 2)"


@pytest.fixture
def query(filled_db):
    with psycopg.connect(filled_db.analyst) as connection:
        yield lambda statement, *values: connection.execute(statement, values or None).fetchall()


def asked(client, **params):
    answer = client.get(URL, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["rows"]


def values(client, metric, **params):
    rows = asked(client, metric=metric, **params)
    assert {row["metric"] for row in rows} == {metric}
    return [(row["date"], row["value"] if row["value"] is None else Decimal(row["value"])) for row in rows]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize(
    ("params", "column"),
    [
        ({}, "new_{metric}"),
        ({"measure": "cumulative"}, "{metric}"),
        ({"aggregation": "mean_7d"}, "new_{metric}_mean_7d"),
        ({"measure": "cumulative", "per_100k": True}, SCALED.format("{metric}")),
        ({"per_100k": True}, SCALED.format("new_{metric}")),
    ],
    ids=["new", "cumulative", "mean", "cumulative per 100,000", "new per 100,000"],
)
def test_days_are_those_of_the_view(client, query, metric, params, column):
    expected = query(f"SELECT date::text, {column.format(metric=metric)} FROM covid_us_daily_metrics ORDER BY date")
    assert len(expected) == DAYS
    assert sum(value is not None for _, value in expected) > 250
    assert values(client, metric, **params) == expected


@pytest.mark.parametrize("period", ["week", "month"])
@pytest.mark.parametrize("metric", METRICS)
def test_weeks_and_months_are_sums_of_new_counts(client, query, period, metric):
    expected = query(
        f"SELECT date_trunc('{period}', date)::date::text, sum(new_{metric}) FROM covid_us_daily_metrics"
        " GROUP BY 1 ORDER BY 1"
    )
    assert values(client, metric, aggregation=period) == expected


@pytest.mark.parametrize("period", ["week", "month"])
@pytest.mark.parametrize("metric", METRICS)
def test_cumulative_weeks_and_months_stand_at_their_last_day(client, query, period, metric):
    expected = query(
        f"SELECT DISTINCT ON (date_trunc('{period}', date)) date_trunc('{period}', date)::date::text, {metric}"
        f" FROM covid_us_daily_current ORDER BY date_trunc('{period}', date), date DESC"
    )
    assert values(client, metric, aggregation=period, measure="cumulative") == expected


def test_an_unfinished_period_says_so(client):
    months = {row["date"]: row for row in asked(client, metric="recovered", aggregation="month")}
    assert (months["2020-11-01"]["days_counted"], months["2020-11-01"]["is_complete"]) == (30, True)
    assert (months["2020-12-01"]["days_counted"], months["2020-12-01"]["is_complete"]) == (13, False)
    assert (months["2021-01-01"]["days_counted"], months["2021-01-01"]["value"]) == (0, None)
    cases = asked(client, metric="cases", aggregation="month")
    assert [row["is_complete"] for row in cases[1:]] == [True] * (len(cases) - 2) + [False]


def test_a_period_of_which_a_day_is_asked_for_is_whole(client):
    (week,) = asked(client, metric="cases", aggregation="week", since="2020-07-08", until="2020-07-08")
    assert (week["date"], week["days_counted"]) == ("2020-07-06", 7)
    (month,) = asked(client, metric="cases", aggregation="month", since="2020-07-31", until="2020-07-31")
    assert (month["date"], month["is_complete"]) == ("2020-07-01", True)
    (one,) = asked(client, metric="cases", since="2020-07-08", until="2020-07-08")
    assert one in asked(client, metric="cases")


def test_as_of_is_what_the_warehouse_knew(client, query):
    moments = [moment for (moment,) in query("SELECT DISTINCT _seen_at FROM covid_us_daily ORDER BY 1")]
    assert len(moments) == 5
    states = [query("SELECT date::text, cases FROM covid_us_daily_as_of(%s)", moment) for moment in moments]
    assert len({str(state) for state in states}) == 5
    for moment, state in zip(moments, states, strict=True):
        assert values(client, "cases", measure="cumulative", as_of=moment.isoformat()) == state
    assert asked(client, as_of="2020-01-01T00:00:00Z") == []


def test_versions_are_all_of_them_and_make_any_state(client, query):
    answer = client.get(f"{URL}/versions").json()
    held = query(
        "SELECT date::text, _seen_at, cases, deaths, recovered, is_deleted FROM covid_us_daily"
        " ORDER BY date, covid_record_id"
    )
    rows = [(row["date"], datetime.fromisoformat(row["seen_at"]), *list(row.values())[2:]) for row in answer["rows"]]
    assert len(rows) > DAYS
    assert rows == held
    assert answer["population"] == POPULATION


def test_revisions_are_those_of_the_view(client, query):
    rows = client.get(f"{URL}/revisions", params={"limit": 10_000}).json()["rows"]
    held = query(
        "SELECT date::text, learnt_at, old_cases, new_cases, old_deaths, new_deaths, old_recovered, new_recovered,"
        " vanished FROM covid_us_daily_revisions ORDER BY learnt_at DESC, date DESC"
    )
    assert len(held) > 300
    found = [(row["date"], datetime.fromisoformat(row["learnt_at"]), *list(row.values())[2:-1]) for row in rows]
    assert found == held
    first = [row for row in rows if row["date"] == day(0).isoformat()]
    assert [(row["vanished"], row["returned"]) for row in first] == [(False, True), (True, False)]


def test_revisions_can_be_narrowed(client):
    rows = client.get(f"{URL}/revisions", params={"since": REVISED, "until": REVISED}).json()["rows"]
    assert [(row["date"], row["new_cases"] - row["old_cases"]) for row in rows] == [(REVISED.isoformat(), 17)]
    (learnt,) = (row["learnt_at"] for row in rows)
    before = client.get(f"{URL}/revisions", params={"since": CORRECTED, "until": CORRECTED, "as_of": learnt}).json()
    assert [row["new_cases"] - row["old_cases"] for row in before["rows"]] == [17]
    assert len(client.get(f"{URL}/revisions", params={"limit": 3}).json()["rows"]) == 3


def test_csv_is_the_same(client):
    lines = client.get(URL, params={"metric": "cases", "format": "csv", "until": day(3)}).text.splitlines()
    rows = asked(client, metric="cases", until=day(3).isoformat())
    assert lines[0] == "metric,date,value,days_counted,is_complete"
    assert len(lines) == len(rows) + 1 == 5
    assert lines[2].split(",")[:3] == ["cases", rows[1]["date"], str(rows[1]["value"])]
    versions = client.get(f"{URL}/versions", params={"format": "csv"}).text.splitlines()
    assert versions[0] == "date,seen_at,cases,deaths,recovered,is_deleted"


def test_recovered_ends(client):
    reported = [on for on, value in values(client, "recovered", measure="cumulative") if value is not None]
    assert reported[-1] == LAST_RECOVERED.isoformat()


@pytest.mark.parametrize("path", ["", "/versions", "/revisions"])
def test_an_unchanged_table_answers_304_until_it_is_loaded(client, filled_db, path):
    tag = {"If-None-Match": client.get(URL + path).headers["etag"]}
    assert client.get(URL + path, headers=tag).status_code == 304
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute("UPDATE etl_ledger SET loaded_at = now() WHERE table_name = 'dim_staff'")
    assert client.get(URL + path, headers=tag).status_code == 304
    with psycopg.connect(filled_db.loader) as connection:
        connection.execute("UPDATE etl_ledger SET loaded_at = now() WHERE table_name = 'covid_us_daily'")
    assert client.get(URL + path, headers=tag).status_code == 200


@pytest.mark.parametrize(
    ("path", "params", "said"),
    [
        ("", {"metric": "tests"}, "'cases', 'deaths' or 'recovered'"),
        ("", {"aggregation": "year"}, "'day', 'mean_7d', 'week' or 'month'"),
        ("", {"aggregation": "mean_7d", "measure": "cumulative"}, "allowed with 'cumulative': day, week, month"),
        ("", {"as_of": "2020-01-01T00:00:00"}, "timezone"),
        ("/versions", {"since": "2020-01-01"}, "there is no such parameter"),
        ("/revisions", {"limit": 10**30}, "less than or equal to 10000"),
    ],
)
def test_what_is_not_allowed_is_said(client, path, params, said):
    answer = client.get(URL + path, params=params)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("moment", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("on", [date.min, date.max])
@pytest.mark.parametrize("aggregation", ["day", "week", "month"])
def test_the_ends_of_time_are_no_fault(client, moment, on, aggregation):
    params = {"as_of": moment.isoformat(), "since": on, "until": on, "aggregation": aggregation}
    assert asked(client, **params) == []
