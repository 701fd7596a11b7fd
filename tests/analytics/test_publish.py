"""What is published is what the warehouse holds: after every kind of change, and whatever fails on the way."""

import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from psycopg.conninfo import conninfo_to_dict

from include import object_keys, steps
from include.analytics.extracts import Manifest, Published, Site, publish, publishing
from include.analytics.extracts.tables import BY_NAME, EXTRACTS
from include.analytics.queries import stars
from include.analytics.reading.extracts import ExtractsReader
from include.analytics.reading.postgres import PostgresReader
from include.catalog import FED, SOURCE_FED
from include.errors import LakeUnavailable
from include.planning import Request
from include.warehouse import schema
from tests.analytics.publishing import loading, manifest_of
from tests.pipeline import NAMES, Pipeline
from tests.warehouse.test_replay import EVENTS

SALES = "fact_sales_order"
EDIT = "UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id = 1"
# Of these nobody's page asks.
NOT_EXTRACTED = {"etl_schema_version"}


def edit(pipeline: Pipeline) -> None:
    """One order is revised, and its table loaded."""
    pipeline.shop(EDIT)
    pipeline.run(Request(tables=(SALES,)))


def published(pipeline: Pipeline, site: Site, **given) -> Published:
    with loading(pipeline.loader) as warehouse:
        return publish(warehouse, site, **given)


def test_every_table_of_the_warehouse_is_extracted():
    assert set(schema.metadata().tables) - NOT_EXTRACTED == set(BY_NAME)


def assert_equal(pipeline: Pipeline, site: Site) -> None:
    """Every row of every table and view, its types included, whether asked of the database or of the extracts."""
    count = 0
    with (
        closing(PostgresReader(pipeline.loader)) as database,
        closing(ExtractsReader(site)) as extracts,
        database.snapshot() as there,
        extracts.snapshot() as here,
    ):
        for statement in statements():
            expected = counted(there.rows(statement))
            assert counted(here.rows(statement)) == expected, str(statement)
            count += len(expected)
    assert count > 100


def statements():
    for extract in EXTRACTS:
        table = stars.table(extract.name)
        yield sa.select(*(column for column in table.c if column.name not in extract.left_out))
    for table in FED:
        yield sa.select(stars.current(table.name))
        if table.history == "versions":
            yield sa.select(stars.history(table.name))


def counted(rows) -> Counter:
    return Counter(
        tuple((name, type(value), json.dumps(value, default=str)) for name, value in r.items()) for r in rows
    )


def test_after_each_change_the_extracts_are_the_warehouse(loaded: Pipeline, site: Site):
    published(loaded, site)
    assert_equal(loaded, site)
    for statements in EVENTS:
        loaded.shop(*statements)
        loaded.run()
        published(loaded, site)
    assert_equal(loaded, site)
    assert len(manifest_of(site).tables[SALES].parts) > 3


def test_a_publishing_writes_what_changed_and_no_more(loaded: Pipeline, site: Site):
    first = published(loaded, site)
    assert first.rows[SALES] == 4
    edit(loaded)
    second = published(loaded, site)
    assert {name: rows for name, rows in second.rows.items() if name in NAMES} == {SALES: 1}
    assert "dim_date" not in second.rows
    third = published(loaded, site)
    assert third.rows == {}
    assert third.bytes_written == 0


def test_a_member_that_a_fact_s_load_infers_is_published_with_it(loaded: Pipeline, site: Site):
    published(loaded, site)
    loaded.shop(
        "INSERT INTO design (design_name, file_location, file_name, last_updated) VALUES ('n', 'n', 'n', now())",
        "UPDATE sales_order SET design_id = 3 WHERE sales_order_id = 1",
    )
    loaded.run(Request(tables=(SALES,)))
    assert published(loaded, site).rows["dim_design"] == 1
    assert_equal(loaded, site)


@pytest.mark.parametrize("tables", [(SALES,), ("dim_design", SALES)])
def test_a_replayed_table_is_published_anew(loaded: Pipeline, site: Site, tables):
    edit(loaded)
    published(loaded, site)
    loaded.run(Request(tables=tables, mode="replay"))
    again = published(loaded, site)
    assert again.rows[SALES] == 5
    assert len(manifest_of(site).tables[SALES].parts) == 1
    assert_equal(loaded, site)


def test_a_warehouse_that_was_restored_from_a_backup_is_published_anew(loaded: Pipeline, pg_server, site: Site):
    published(loaded, site)
    backup = str(conninfo_to_dict(loaded.loader)["dbname"])
    with pg_server.copy_of(backup, "warehouse") as restored:
        loaded.shop(EDIT, "UPDATE staff SET first_name = 'Flo' WHERE staff_id = 1")
        loaded.run()
        published(loaded, site)
        older = Pipeline(
            owner=loaded.owner,
            reader=loaded.reader,
            loader=pg_server.conninfo(restored, "totes_etl"),
            raw=loaded.raw,
            processed=loaded.processed,
        )
        published(older, site)
        assert [part.rows for part in manifest_of(site).tables[SALES].parts] == [4]
        assert_equal(older, site)


def test_a_table_of_many_parts_becomes_one(small: Pipeline, site: Site, monkeypatch):
    monkeypatch.setattr(publishing, "MOST_PARTS", 3)
    small.run()
    counts = []
    for _ in range(5):
        published(small, site)
        counts.append(len(manifest_of(site).tables[SALES].parts))
        edit(small)
    assert counts == [1, 2, 3, 1, 2]
    published(small, site)
    assert_equal(small, site)


class Breaking(Site):
    """A site whose publisher dies before the manifest."""

    def succeed(self, key: str, body: bytes, known: str) -> str:  # noqa: ARG002  as there
        raise LakeUnavailable(key, found="a kill", expected="an end", remedy="try again")


def test_a_publisher_that_dies_before_the_manifest_leaves_the_state_before(loaded: Pipeline, site: Site, monkeypatch):
    published(loaded, site)
    before = manifest_of(site)
    edit(loaded)
    with pytest.raises(LakeUnavailable):
        published(loaded, Breaking(site._client, site.bucket))
    assert manifest_of(site) == before
    edit(loaded)
    published(loaded, site)
    assert_equal(loaded, site)
    unnamed = stored(site) - manifest_of(site).keys - {object_keys.EXTRACTS_MANIFEST}
    assert unnamed
    monkeypatch.setattr(publishing, "GRACE", timedelta(0))
    assert published(loaded, site).removed == len(unnamed)
    assert stored(site) == manifest_of(site).keys | {object_keys.EXTRACTS_MANIFEST}
    assert_equal(loaded, site)


def test_a_part_that_is_not_named_any_more_stays_for_an_hour(loaded: Pipeline, site: Site, monkeypatch):
    published(loaded, site)
    old = manifest_of(site).keys
    loaded.run(Request(tables=(SALES, "dim_staff"), mode="replay"))
    published(loaded, site)
    retired = old - manifest_of(site).keys
    assert retired
    assert set(manifest_of(site).retired) == retired
    assert retired <= stored(site)
    monkeypatch.setattr(publishing, "GRACE", timedelta(0))
    published(loaded, site)
    assert not retired & stored(site)
    assert published(loaded, site).removed == 0
    assert manifest_of(site).retired == {}


def test_two_publishings_at_once_are_one_after_the_other(loaded: Pipeline, site: Site):
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: published(loaded, site), range(4)))
    assert [one.rows.get(SALES, 0) for one in sorted(done, key=lambda one: -one.bytes_written)] == [4, 0, 0, 0]
    assert_equal(loaded, site)


def test_whoever_was_overtaken_replaces_nothing(site: Site):
    first = site.succeed("extracts/manifest.json", b"1", "")
    second = site.succeed("extracts/manifest.json", b"2", first)
    for known in ("", first):
        with pytest.raises(LakeUnavailable, match="quicker"):
            site.succeed("extracts/manifest.json", b"3", known)
    assert site.look("extracts/manifest.json") == (b"2", second)
    assert site.look("extracts/manifest.json", second) is None


def test_a_manifest_survives_its_json(loaded: Pipeline, site: Site):
    published(loaded, site)
    manifest = manifest_of(site)
    assert len(manifest.tables) == len(EXTRACTS)
    assert Manifest.from_json(manifest.to_json()) == manifest
    newer = json.loads(manifest.to_json()) | {"format": 99}
    assert Manifest.from_json(json.dumps(newer).encode()) is None


def test_nothing_of_a_delivery_s_errors_is_extracted(loaded: Pipeline, site: Site):
    with loading(loaded.loader) as warehouse:
        warehouse.execute(
            "INSERT INTO etl_alert (alert_id, event, run_id, happened_at, record, ailing)"
            " VALUES ('a', 'failed', 'r', now(), '{\"one\": [1, null]}', '{x,y}')"
        )
        warehouse.execute("INSERT INTO etl_delivery VALUES ('a', 'mail', NULL, 'someone@example.com refused')")
    published(loaded, site)
    assert b"someone@" not in b"".join(site.parts.read(key) for key in stored(site))
    assert_equal(loaded, site)


def test_old_bookkeeping_is_left_out(loaded: Pipeline, site: Site):
    with loading(loaded.loader) as warehouse:
        old = datetime.now(UTC) - timedelta(days=40)
        for event, at in (("loaded", old), ("failed", old), ("failed", old - timedelta(days=60))):
            warehouse.execute(
                "INSERT INTO etl_alert (alert_id, event, run_id, happened_at, record, ailing)"
                " VALUES (%s, %s, 'r', %s, '{}', '{}')",
                [f"{event}{at}", event, at],
            )
        warehouse.execute("UPDATE etl_ledger SET loaded_at = loaded_at - interval '1 year'")
    published(loaded, site)
    with closing(ExtractsReader(site)) as reader, reader.snapshot() as snapshot:
        alerts = snapshot.rows(sa.select(stars.table("etl_alert").c.event))
        loads = snapshot.rows(sa.select(stars.table("etl_ledger").c.table_name))
    assert [row["event"] for row in alerts] == ["failed"]
    assert {row["table_name"] for row in loads} == set(NAMES)  # the one that each table stands at


@dataclass(frozen=True)
class File:
    path: str
    content_type: str
    body: bytes


def test_public_files_are_put_when_the_table_or_the_pages_change_and_their_bytes_did(small: Pipeline, site: Site):
    asked = []

    def files(snapshot):
        asked.append(snapshot)
        days = snapshot.rows(sa.select(sa.func.count().label("days")).select_from(stars.current("covid_us_daily")))
        yield File("static/1/page.js", "text/javascript", b"page")
        yield File("covid.json", "application/json", json.dumps(days).encode())

    small.run()
    assert published(small, site, public_files=files).public_files == 2
    assert published(small, site, public_files=files).public_files == 0
    assert len(asked) == 1  # the table did not change
    with loading(small.loader) as warehouse:
        load_covid(warehouse)
    assert published(small, site, public_files=files).public_files == 1
    assert site.parts.read("public/covid.json") == b'[{"days": 1}]'
    assert {key for key in stored(site) if not key.startswith("extracts/")} == {
        "public/covid.json",
        "public/static/1/page.js",
    }
    kept = site._client.head_object(Bucket=site.bucket, Key="public/static/1/page.js")
    assert (kept["CacheControl"], kept["ContentType"]) == ("public, max-age=31536000, immutable", "text/javascript")
    assert_equal(small, site)


def load_covid(warehouse) -> None:
    """A day, and the load that brought it."""
    warehouse.execute("CREATE TEMPORARY TABLE load AS SELECT * FROM etl_ledger LIMIT 1")
    warehouse.execute("UPDATE load SET load_id = 'covid', table_name = 'covid_us_daily', loaded_at = now()")
    warehouse.execute("INSERT INTO etl_ledger SELECT * FROM load")
    warehouse.execute(
        "INSERT INTO covid_us_daily (date, cases, deaths, recovered, is_current, is_deleted, _load_id, _loaded_at,"
        " _seen_at) VALUES ('2020-03-01', 1, 0, NULL, true, false, 'covid', now(), now())"
    )


def test_the_step_says_what_it_published(loaded: Pipeline, site: Site):
    with loading(loaded.loader) as warehouse:
        record = steps.publish(site, warehouse)
    assert set(record["rows"]) >= {table.name for table in SOURCE_FED}
    assert json.loads(json.dumps(record)) == record


def stored(site: Site) -> set[str]:
    return {key for key, _ in site.parts.listed("")}
