"""The reader of the extracts: newer states, older ones, none; limits; and what it may not touch."""

from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from include import object_keys, steps
from include.analytics.errors import Busy, TooLong
from include.analytics.extracts import Site, publish
from include.analytics.queries import stars
from include.analytics.reading import extracts
from include.analytics.reading.extracts import ExtractsReader
from include.analytics.reading.postgres import PostgresReader
from include.errors import LakeUnavailable
from tests.analytics.publishing import loading
from tests.conftest import AwsServer, PgServer
from tests.pipeline import Pipeline

UNITS = sa.select(sa.func.sum(stars.current("fact_sales_order").c.units_sold).label("units"))
EDIT = "UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id = 1"
TABLES = ("fact_sales_order",)


@pytest.fixture
def published(loaded: Pipeline, site: Site) -> Pipeline:
    """A pipeline whose warehouse was published."""
    put(loaded, site)
    return loaded


def put(pipeline: Pipeline, site: Site, *statements: str) -> None:
    """The shop trades, a run loads it, and it is published."""
    if statements:
        pipeline.shop(*statements)
        pipeline.run()
    with loading(pipeline.loader) as warehouse:
        publish(warehouse, site)


def units(reader: ExtractsReader) -> int:
    with reader.snapshot() as snapshot:
        return int(snapshot.rows(UNITS)[0]["units"])


def test_a_snapshot_sees_one_state_whatever_is_published_meanwhile(published: Pipeline, site: Site):
    with closing(ExtractsReader(site, every_s=0)) as reader, reader.snapshot() as before:
        assert before.rows(UNITS) == [{"units": 10_000}]
        version = before.version(TABLES)
        put(published, site, EDIT)
        assert units(reader) == 10_001
        assert before.rows(UNITS) == [{"units": 10_000}]
        assert before.version(TABLES) == version
        with reader.snapshot() as after:
            assert after.version(TABLES) != version
            assert after.version(("dim_staff",)) == before.version(("dim_staff",))


def test_newer_extracts_are_looked_for_now_and_then(published: Pipeline, site: Site):
    with closing(ExtractsReader(site, every_s=30)) as reader:
        assert units(reader) == 10_000
        put(published, site, EDIT)
        assert units(reader) == 10_000
        reader._looked_at -= 30
        assert units(reader) == 10_001


def test_without_extracts_it_says_what_is_missing(site: Site):
    with closing(ExtractsReader(site)) as reader, pytest.raises(LakeUnavailable, match="no extracts"):
        units(reader)


class Fading(Site):
    """A site that can go away."""

    is_away = False

    def look(self, key: str, known: str = "") -> tuple[bytes, str] | None:
        if self.is_away:
            raise LakeUnavailable(key, found="nothing", expected="an answer", remedy="wait")
        return super().look(key, known)


def test_while_s3_is_away_the_last_state_answers_and_grows_old(published: Pipeline, site: Site):
    away = Fading(site._client, site.bucket)
    with closing(ExtractsReader(away, every_s=0)) as reader:
        assert units(reader) == 10_000
        away.is_away = True
        put(published, site, EDIT)
        assert units(reader) == 10_000
        away.is_away = False
        assert units(reader) == 10_001
    away.is_away = True
    with closing(ExtractsReader(away)) as reader, pytest.raises(LakeUnavailable):
        units(reader)


def test_a_state_with_a_part_that_is_gone_is_not_taken_by_half(published: Pipeline, site: Site):
    with closing(ExtractsReader(site, every_s=0)) as reader:
        assert units(reader) == 10_000
        before = {key for key, _ in site.parts.listed("")}
        put(published, site, EDIT, "UPDATE staff SET first_name = 'Flo' WHERE staff_id = 1")
        (gone,) = (key for key, _ in site.parts.listed("extracts/parts/dim_staff/") if key not in before)
        held = site.parts.read(gone)
        site.parts.remove(gone)
        assert units(reader) == 10_000
        site.replace(gone, held, content_type="application/octet-stream")
        assert units(reader) == 10_001


def test_freshness_moves_without_a_load_but_not_past_one_that_is_not_published(published: Pipeline, site: Site):
    marks = stars.table("etl_watermark")
    asked = sa.select(marks.c.fresh_at).where(marks.c.table_name == "fact_sales_order")

    def fresh_at(reader):
        with reader.snapshot() as snapshot:
            return snapshot.rows(asked)[0]["fresh_at"]

    def note():
        with loading(published.loader) as warehouse:
            assert steps.note_freshness(site, warehouse)

    with closing(ExtractsReader(site, every_s=0)) as reader:
        first = fresh_at(reader)
        assert published.plan() == []  # nothing changed: that is noted
        note()
        second = fresh_at(reader)
        assert first < second <= datetime.now(UTC)
        published.shop(EDIT)
        published.run()
        published.plan()
        note()
        assert fresh_at(reader) == second  # its publishing failed, so it is older than the warehouse
        put(published, site)
        assert fresh_at(reader) > second
        assert units(reader) == 10_001


def test_that_freshness_cannot_be_noted_fails_nothing(published: Pipeline, site: Site):
    with loading(published.loader) as warehouse:
        assert not steps.note_freshness(Site(site._client, "no-such-bucket"), warehouse)


@pytest.mark.usefixtures("published")
def test_a_question_that_takes_too_long_is_given_up(site: Site, monkeypatch):
    monkeypatch.setattr(extracts, "STATEMENT_TIMEOUT_S", 0.3)
    days = stars.table("dim_date")
    tables = [days.alias(f"days_{number}") for number in range(4)]
    endless = sa.select(sa.func.count().label("count")).select_from(*tables).where(tables[0].c.year > tables[3].c.month)
    with closing(ExtractsReader(site)) as reader:
        with pytest.raises(TooLong), reader.snapshot() as snapshot:
            snapshot.rows(endless)
        assert units(reader) == 10_000


@pytest.mark.usefixtures("published")
def test_more_questions_at_once_than_it_answers_are_refused(site: Site, monkeypatch):
    monkeypatch.setattr(extracts, "_WAIT_S", 0.1)
    with closing(ExtractsReader(site)) as reader:
        with ExitStack() as held:
            for _ in range(extracts._QUESTIONS):
                held.enter_context(reader.snapshot())
            with pytest.raises(Busy):
                units(reader)
        assert units(reader) == 10_000


FORBIDDEN = (
    "SELECT * FROM read_csv('/etc/passwd')",
    "COPY (SELECT 1) TO '/tmp/out'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET enable_external_access = true",
)


@pytest.mark.usefixtures("published")
def test_it_reaches_no_file_and_no_extension(site: Site):
    with closing(ExtractsReader(site)) as reader:
        assert units(reader) == 10_000
        for statement in FORBIDDEN:
            with reader._database.transaction() as cursor, pytest.raises(duckdb.Error, match=r"disabled|locked"):
                cursor.execute(statement)


@pytest.mark.usefixtures("published")
def test_its_copy_is_its_own_and_goes_with_it(site: Site):
    reader = ExtractsReader(site)
    assert units(reader) == 10_000
    folder = Path(reader._folder.name)
    assert folder.stat().st_mode & 0o077 == 0
    assert "part.parquet" not in {path.name for path in folder.iterdir()}
    reader.close()
    assert not folder.exists()


@pytest.mark.usefixtures("published")
def test_the_state_of_other_versions_is_refused_in_words(site: Site):
    site.replace(object_keys.EXTRACTS_MANIFEST, b'{"format": 99}', content_type="application/json")
    with closing(ExtractsReader(site)) as reader, pytest.raises(LakeUnavailable, match="another format"):
        units(reader)


CENTS = st.decimals(-10_000_000, 10_000_000, places=2)


@pytest.fixture(scope="module")
def both(pg_server: PgServer, warehouse_template: str, aws: AwsServer):
    """A snapshot of an empty warehouse, and one of its extracts."""
    from tests.analytics.publishing import make_site

    site = make_site(aws, "site-empty")
    with ExitStack() as held:
        name = held.enter_context(pg_server.copy_of(warehouse_template, "warehouse"))
        with loading(pg_server.conninfo(name, "totes_etl")) as warehouse:
            publish(warehouse, site)
        database = held.enter_context(closing(PostgresReader(pg_server.conninfo(name, "analyst"))))
        reader = held.enter_context(closing(ExtractsReader(site)))
        yield held.enter_context(database.snapshot()), held.enter_context(reader.snapshot())


@given(dividend=CENTS, divisor=st.integers(1, 1_000_000), places=st.integers(0, 6))
def test_a_division_is_rounded_as_postgresql_rounds_it(both, dividend, divisor, places):
    ratio = sa.cast(dividend, sa.Numeric(12, 2)) / sa.cast(divisor, sa.Integer())
    there, here = (one.rows(sa.select(sa.func.round(ratio, places).label("it"))) for one in both)
    assert here == there


@given(values=st.lists(CENTS, min_size=1, max_size=8))
def test_a_mean_is_rounded_as_postgresql_rounds_it_over_windows_too(both, values):
    rows = sa.values(sa.column("n", sa.Integer()), sa.column("x", sa.Numeric(12, 2)), name="given").data(
        list(enumerate(values))
    )
    x = sa.cast(rows.c.x, sa.Numeric(12, 2))
    window = sa.func.avg(x).over(order_by=sa.cast(rows.c.n, sa.Integer()), rows=(-2, 0))
    for mean in (sa.func.avg(x), window):
        there, here = (one.rows(sa.select(sa.func.round(mean, 2).label("it")).order_by("it")) for one in both)
        assert here == there


def test_values_come_back_as_psycopg_gives_them(both):
    now = datetime(2024, 11, 15, 10, 0, 0, 123456, tzinfo=UTC)
    stated = sa.select(
        sa.cast(now, sa.TIMESTAMP(timezone=True)).label("instant"),
        sa.cast(now.date(), sa.Date()).label("day"),
        sa.cast(now.time(), sa.Time()).label("time"),
        sa.cast(Decimal("1.50"), sa.Numeric(10, 2)).label("money"),
        sa.cast(7, sa.BigInteger()).label("whole"),
        sa.cast(None, sa.String()).label("nothing"),
        sa.cast(0.5, sa.Double()).label("binary"),
    )
    there, here = (one.rows(stated)[0] for one in both)
    assert {name: (type(value), str(value)) for name, value in here.items()} == {
        name: (type(value), str(value)) for name, value in there.items()
    }
    assert here["instant"].utcoffset() == timedelta(0)


def test_without_extracts_every_question_is_told_so_not_only_the_first(site: Site):
    with closing(ExtractsReader(site)) as reader:
        for _ in range(3):
            with pytest.raises(LakeUnavailable, match="no extracts"):
                units(reader)
