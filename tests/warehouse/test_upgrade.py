"""A warehouse with the rows of revision 0001 is brought to the newest one: nothing lost, and loads go on."""

import json
from dataclasses import replace

import alembic.command
import psycopg
import pytest
import sqlalchemy as sa

from include.catalog import SOURCE_FED
from include.planning import Request
from include.warehouse import migrate
from include.warehouse.views import view_names
from tests.pipeline import NAMES, Pipeline

OLD = "SELECT * FROM {} ORDER BY 1"


@pytest.fixture
def first_release(small: Pipeline) -> Pipeline:
    """A warehouse at revision 0001 that holds the shop and two versions of an order."""
    small.run()
    small.shop("UPDATE sales_order SET units_sold = 7 WHERE sales_order_id = 1")
    small.run()
    engine = sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(small.warehouse_owner))
    with engine.begin() as connection:
        for view in (view for table in SOURCE_FED for view in view_names(table)):
            connection.execute(sa.text(f"DROP VIEW {view}"))
        config = migrate.config()
        config.attributes["connection"] = connection
        alembic.command.downgrade(config, "0001")
    engine.dispose()
    return small


def columns(small: Pipeline, table: str) -> list[str]:
    found = small.query("SELECT column_name FROM information_schema.columns WHERE table_name = %s", table)
    return [name for (name,) in found]


def test_the_first_release_knew_none_of_it(first_release: Pipeline):
    assert "_seen_at" not in columns(first_release, "fact_payment")
    assert "rows_quarantined" not in columns(first_release, "etl_ledger")
    assert "horizon" not in columns(first_release, "etl_watermark")
    assert columns(first_release, "etl_quarantine") == []


def test_no_row_is_lost_or_changed(first_release: Pipeline):
    tables = [*NAMES, "dim_date", "etl_ledger", "etl_watermark"]
    before = {name: (columns(first_release, name), first_release.query(OLD.format(name))) for name in tables}
    assert len(before["fact_sales_order"][1]) == 5
    migrate.upgrade(first_release.warehouse_owner)
    for name, (names, rows) in before.items():
        kept = ", ".join(f'"{column}"' for column in ordered(first_release, name, names))
        assert first_release.query(f"SELECT {kept} FROM {name} ORDER BY 1") == rows


def ordered(small: Pipeline, table: str, names: list[str]) -> list[str]:
    """The names in the table's own order."""
    found = small.query(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " ORDER BY attnum",
        table,
    )
    return [name for (name,) in found if name in names]


def test_old_rows_were_seen_when_they_were_written_and_counted_nothing(first_release: Pipeline):
    migrate.upgrade(first_release.warehouse_owner)
    for table in NAMES:
        assert first_release.query(f"SELECT count(*) > 0, bool_and(_seen_at = _loaded_at) FROM {table}") == [
            (True, True)
        ]
    assert first_release.query(
        "SELECT DISTINCT rows_deleted, rows_withheld, rows_quarantined, bounded FROM etl_ledger"
    ) == [(0, 0, 0, False)]
    assert first_release.query(
        "SELECT count(*), count(horizon), count(proven_at), count(keys_at) FROM etl_watermark"
    ) == [(len(NAMES), 0, 0, 0)]


def test_loads_deletes_and_views_go_on_from_there(first_release: Pipeline):
    migrate.upgrade(first_release.warehouse_owner)
    assert first_release.plan() == []
    first_release.shop(
        "UPDATE sales_order SET units_sold = 8 WHERE sales_order_id = 1",
        "DELETE FROM payment WHERE payment_id = 4",
    )
    records = first_release.run()
    assert set(records) == {"fact_sales_order", "fact_payment"}
    assert records["fact_sales_order"]["mode"] == "incremental"
    assert records["fact_payment"]["rows_deleted"] == 1
    for table in NAMES:
        assert first_release.held(table) == first_release.expected(table)
    history = first_release.query(
        "SELECT units_sold, valid_to IS NULL, valid_from < coalesce(valid_to, 'infinity') FROM fact_sales_order_history"
        " WHERE sales_order_id = 1 ORDER BY version"
    )
    assert history == [(1000, False, True), (7, False, True), (8, True, True)]


def test_what_the_first_release_landed_can_be_replayed(first_release: Pipeline):
    """Its manifests have no keys and none of the later fields."""
    for key, _ in list(first_release.raw.listed("raw/totesys/sales_order/")):
        if key.endswith("manifest.json"):
            manifest = replace(first_release.raw.manifest(key), keys=None)
            first_release.raw._client.put_object(
                Bucket=first_release.raw.bucket, Key=key, Body=stripped(manifest.to_json())
            )
    migrate.upgrade(first_release.warehouse_owner)
    versions = "SELECT sales_order_id, units_sold, is_current, _load_id FROM fact_sales_order ORDER BY sales_record_id"
    before = first_release.query(versions)
    first_release.run(Request(tables=("fact_sales_order",), mode="replay"))
    assert first_release.query(versions) == before


def stripped(body: bytes) -> bytes:
    stored = json.loads(body)
    for name in ("keys", "quarantine"):
        del stored[name]
    kept = {"table", "mode", "since", "window_start", "window_end", "system_identifier", "snapshot", "watermark"}
    stored["origin"] = {name: value for name, value in stored["origin"].items() if name in {*kept, "snapshot_at"}}
    return json.dumps(stored).encode()
