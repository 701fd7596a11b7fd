"""A fact as of a moment: at any moment what the history view's periods say, whatever happened to its rows."""

import json
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import postgresql

from include.analytics.queries import stars
from include.analytics.reading.postgres import PostgresReader
from tests.analytics.copying import admin_of, multiply

START = datetime(2024, 1, 1, tzinfo=UTC)
KEYS = [datetime(2020, 3, day).date() for day in range(1, 5)]  # noqa: DTZ001  days

# A load a number: seconds since the one before, and for each key what it found: nothing new, gone, or a value.
found = st.one_of(st.none(), st.just("gone"), st.integers(1, 3))
loads = st.lists(st.tuples(st.integers(0, 3), st.lists(found, min_size=4, max_size=4)), max_size=8)

INSERT = """
INSERT INTO covid_us_daily (date, cases, deaths, is_current, is_deleted, _load_id, _loaded_at, _seen_at)
VALUES (%s, %s, 0, true, %s, 'test', now(), %s)
"""
BY_PERIODS = """
SELECT date, cases FROM covid_us_daily_history
WHERE valid_from <= %(at)s AND (valid_to > %(at)s OR valid_to IS NULL) AND NOT is_deleted ORDER BY date
"""


def append(connection, happened):
    """The loads' versions, each as the pipeline appends it; the moments of the loads."""
    connection.execute("TRUNCATE covid_us_daily")
    held, moment, moments = {}, START, []
    for seconds, states in happened:
        moment += timedelta(seconds=seconds)
        moments.append(moment)
        for key, state in zip(KEYS, states, strict=True):
            if state is None or state == held.get(key) or (state == "gone" and key not in held):
                continue
            connection.execute("UPDATE covid_us_daily SET is_current = false WHERE date = %s", [key])
            value = last_value(held, key) if state == "gone" else state
            connection.execute(INSERT, [key, value, state == "gone", moment])
            held[key] = state
    return moments


def last_value(held, key):
    return held[key] if held[key] != "gone" else 0


def rows_as_of(reader, moment):
    with reader.snapshot() as snapshot:
        rows = snapshot.rows(stars.as_of("covid_us_daily", moment).select())
    return sorted((row["date"], row["cases"]) for row in rows)


@pytest.fixture
def versions(warehouse_db):
    """An owner's connection, which empties it again and again, and a reader of one empty warehouse."""
    reader = PostgresReader(warehouse_db.analyst)
    with psycopg.connect(warehouse_db.owner, autocommit=True) as connection:
        yield connection, reader
    reader.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(happened=loads)
def test_at_every_moment_it_is_what_the_periods_say(versions, happened):
    connection, reader = versions
    moments = append(connection, happened)
    for moment in {START - timedelta(seconds=1), *moments, *(at + timedelta(microseconds=1) for at in moments)}:
        expected = connection.execute(BY_PERIODS, {"at": moment}).fetchall()
        assert rows_as_of(reader, moment) == expected
    current = connection.execute("SELECT date, cases FROM covid_us_daily_current ORDER BY date").fetchall()
    assert rows_as_of(reader, None) == current
    assert rows_as_of(reader, START + timedelta(days=1)) == current


def test_a_to_b_to_a_and_back_from_the_dead(versions):
    connection, reader = versions
    append(
        connection,
        [(0, [1, None, None, None]), (1, [2, 3, None, None]), (1, [1, "gone", None, None]), (1, [None, 3, None, None])],
    )
    told = [rows_as_of(reader, START + timedelta(seconds=second)) for second in range(4)]
    first, second = KEYS[:2]
    assert told == [[(first, 1)], [(first, 2), (second, 3)], [(first, 1)], [(first, 1), (second, 3)]]


def test_at_size_no_row_is_looked_at_for_each_other_row(pg_server, filled_db):
    """100,000 orders more, a fifth of them with three versions: one pass over the versions, and no second for each."""
    with admin_of(pg_server, filled_db.loader) as admin:
        multiply(admin, 80_000, versions=1, first=1_000_000)
        multiply(admin, 20_000, versions=3, first=2_000_000)
        admin.execute("ANALYZE fact_sales_order")
        as_of = stars.as_of("fact_sales_order", datetime(2024, 1, 2, 12, tzinfo=UTC)).select()
        compiled = as_of.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
        ((plan,),) = admin.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {compiled}").fetchall()
    (top,) = plan if isinstance(plan, list) else json.loads(plan)
    assert top["Plan"]["Actual Rows"] == 100_000  # all had their first version by then, none of the demo's
    scanned = [node for node in nodes(top["Plan"]) if node["Node Type"] == "Seq Scan"]
    assert all(node["Actual Loops"] <= 3 for node in scanned)  # a worker each
    assert top["Execution Time"] < 2_000


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)
