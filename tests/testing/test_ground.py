"""The testing environment's schemas and objects: a warehouse as production's, and emptied without a trace."""

from contextlib import closing

import alembic.command
import psycopg
import pytest
import sqlalchemy as sa

from include import search_path, testing
from include.environment import PRODUCTION, TESTING
from include.errors import SchemaDriftError, SettingError
from include.warehouse import migrate, schemas
from include.warehouse.calendar import CALENDAR
from include.warehouse.schema import metadata
from tests.pipeline import Pipeline
from tests.testing.footprint import footprint

SHAPES = (
    """SELECT table_name, column_name, ordinal_position, column_default, is_nullable, data_type,
              character_maximum_length, numeric_precision, numeric_scale, datetime_precision
       FROM information_schema.columns WHERE table_schema = %s ORDER BY table_name, ordinal_position""",
    """SELECT table_name, table_type, is_insertable_into FROM information_schema.tables
       WHERE table_schema = %s ORDER BY 1""",
    """SELECT sequence_name, data_type, start_value, increment FROM information_schema.sequences
       WHERE sequence_schema = %s ORDER BY 1""",
    """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
       WHERE connamespace = %s::regnamespace ORDER BY 1, 2""",
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = %s ORDER BY 1, 2",
    "SELECT viewname, definition FROM pg_views WHERE schemaname = %s ORDER BY 1",
    """SELECT c.relname, a.attname, obj_description(c.oid, 'pg_class'), col_description(c.oid, a.attnum)
       FROM pg_class AS c LEFT JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
       WHERE c.relnamespace = %s::regnamespace ORDER BY 1, 2""",
    "SELECT version_num, %s = current_schema() FROM etl_schema_version",
)


def shape(pipeline: Pipeline) -> list[list[tuple[object, ...]]]:
    """Everything that migrations and views made in an environment, without the schema's name."""
    schema = pipeline.environment.warehouse_schema
    with pipeline.loading() as connection:
        found = [connection.execute(query, [schema]).fetchall() for query in SHAPES]
    return [[tuple(_without(schema, value) for value in row) for row in rows] for rows in found]


def _without(schema: str, value: object) -> object:
    return value.replace(f"{schema}.", "") if isinstance(value, str) else value


def test_testing_has_the_same_warehouse_as_production(pipeline: Pipeline):
    production = shape(pipeline)
    assert all(production)
    assert len(production[0]) > 250
    assert shape(pipeline.testing()) == production


def test_a_testing_warehouse_that_is_behind_is_migrated(pipeline: Pipeline):
    with closing(connect(pipeline.warehouse_owner)) as connection:
        schemas.make(connection, TESTING.warehouse_schema)
        connection.commit()
        engine = sa.create_engine("postgresql+psycopg://", creator=lambda: connection, poolclass=sa.StaticPool)
        with engine.begin() as begun:
            config = migrate.config()
            config.attributes["connection"] = begun
            alembic.command.upgrade(config, "0001")
        assert connection.execute("SELECT version_num FROM etl_schema_version").fetchone() == ("0001",)
    assert shape(pipeline.testing()) == shape(pipeline)


def connect(dsn: str) -> psycopg.Connection:
    return psycopg.connect(dsn, options=search_path.option(TESTING.warehouse_schema))


def test_preparing_again_changes_nothing(pipeline: Pipeline):
    beside = pipeline.testing()
    beside.run()
    before = footprint(beside)
    assert footprint(beside.testing()) == before


def test_what_is_not_migrated_is_refused_with_the_remedy(pipeline: Pipeline):
    with closing(psycopg.connect(pipeline.loader, options=search_path.option("testing"), autocommit=True)) as loader:
        with pytest.raises(SchemaDriftError, match=r"schema revision none; .*`make migrate`"):
            testing.prepare(loader)
        assert testing.clear(loader) == 0
        assert not schemas.exists(loader, "testing")


def test_an_analyst_does_not_see_it(warehouse_db, pipeline: Pipeline):
    pipeline.testing()
    with psycopg.connect(warehouse_db.analyst) as analyst, pytest.raises(psycopg.errors.InsufficientPrivilege):
        analyst.execute("SELECT FROM testing.fact_payment")


def test_clearing_leaves_no_row_of_testing_and_all_of_production(production: Pipeline):
    production.run()
    before = footprint(production)
    beside = production.testing()
    calendar = beside.query("SELECT count(*) FROM dim_date")
    beside.run()
    with beside.loading() as warehouse:
        assert testing.clear(warehouse) > 40
        assert testing.clear(warehouse) == 0
        assert schemas.tables(warehouse, TESTING.source_schema) == set()
    written = rows_written(beside)
    assert len(written) > 15
    assert set(written.values()) == {0}
    assert beside.query("SELECT count(*) FROM dim_date") == calendar
    removed = [testing.clear_lake(zone._client, zone.bucket) for zone in (beside.raw, beside.processed)]
    assert min(removed) >= 20
    assert list(beside.raw.listed("")) == list(beside.processed.listed("")) == []
    assert footprint(production) == before


def rows_written(beside: Pipeline) -> dict[str, int]:
    """How many rows each table has that runs write."""
    names = set(metadata().tables) - {CALENDAR}
    return {name: beside.query(f'SELECT count(*) FROM "{name}"')[0][0] for name in names}


def test_after_clearing_it_starts_anew(beside: Pipeline):
    beside.run()
    with beside.loading() as warehouse:
        testing.change(warehouse)
        testing.clear(warehouse)
    for zone in (beside.raw, beside.processed):
        testing.clear_lake(zone._client, zone.bucket)
    loads = beside.testing().run()
    assert loads["fact_sales_order"]["rows_new"] == 3


def test_of_two_search_paths_the_environments_own_holds(pipeline: Pipeline):
    options = search_path.option("testing", "-c search_path=public -c statement_timeout=1234")
    with closing(psycopg.connect(pipeline.loader, options=options)) as connection:
        search_path.require(connection, "testing")
        assert connection.execute("SHOW statement_timeout").fetchone() == ("1234ms",)


def test_a_server_that_does_not_follow_the_search_path_is_refused(pipeline: Pipeline):
    with closing(psycopg.connect(pipeline.loader)) as connection:
        with pytest.raises(SettingError, match="nothing was read or written") as caught:
            search_path.require(connection, TESTING.warehouse_schema)
        assert connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE
    assert "search_path" in caught.value.found
    assert PRODUCTION.warehouse_schema in caught.value.found
