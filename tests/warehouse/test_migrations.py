"""The migrations make what the catalogue declares, all of it and nothing else, and can be undone."""

import traceback
from collections.abc import Iterator
from contextlib import closing

import alembic.command
import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from include.catalog import SOURCE_FED
from include.errors import SchemaDriftError, SettingError
from include.warehouse import migrate
from include.warehouse.schema import metadata
from include.warehouse.views import view_names

NEWEST = max(path.stem.split("_")[0] for path in migrate.VERSIONS.glob("*.py"))
SHAPE = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, col_description(c.oid, a.attnum)
FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0
WHERE c.relnamespace = 'public'::regnamespace AND NOT a.attisdropped ORDER BY 1, 2
"""


@pytest.fixture
def engine(warehouse_db) -> Iterator[sa.Engine]:
    """An SQLAlchemy engine on a migrated warehouse."""
    engine = engine_of(warehouse_db.owner)
    yield engine
    engine.dispose()


def engine_of(dsn: str) -> sa.Engine:
    return sa.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn))


def differences(engine: sa.Engine, declared: sa.MetaData) -> list[object]:
    """What a migration would have to change."""
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True, "version_table": migrate.VERSION_TABLE}
        return compare_metadata(MigrationContext.configure(connection, opts=options), declared)


def shape(dsn: str) -> list[tuple[object, ...]]:
    with psycopg.connect(dsn) as connection:
        return connection.execute(SHAPE).fetchall()


@pytest.fixture
def empty(pg_server) -> Iterator[str]:
    """The owner's connection string of a warehouse that was never migrated."""
    pg_server.create("unmigrated", "warehouse")
    yield pg_server.warehouse("unmigrated").owner
    pg_server.drop("unmigrated")


def test_migrations_and_catalogue_agree(engine: sa.Engine):
    assert len(metadata().tables) == 21
    assert differences(engine, metadata()) == []


CHANGES = {
    "a column more": lambda table: table.append_column(sa.Column("colour", sa.Text)),
    "another type": lambda table: setattr(table.c.city, "type", sa.Integer()),
    "another nullability": lambda table: setattr(table.c.city, "nullable", True),
    "another description": lambda table: setattr(table.c.city, "comment", "Another."),
    "an index more": lambda table: sa.Index("more", table.c.city),
    "another description of the table": lambda table: setattr(table, "comment", "Another."),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_declaration_without_its_migration_is_noticed(engine: sa.Engine, name: str):
    declared = metadata()
    CHANGES[name](declared.tables["dim_location"])
    assert len(differences(engine, declared)) == 1


def test_migrating_again_changes_nothing(warehouse_db):
    before = shape(warehouse_db.owner)
    assert migrate.upgrade(warehouse_db.owner) == migrate.upgrade(warehouse_db.owner)
    assert shape(warehouse_db.owner) == before
    assert len(before) > 100


def test_views_of_analysts_over_ours_do_not_stand_in_the_way_where_nothing_is_to_be_migrated(warehouse_db):
    with psycopg.connect(warehouse_db.owner) as connection:
        connection.execute("CREATE VIEW mine AS SELECT * FROM fact_payment_current")
    migrate.upgrade(warehouse_db.owner)
    with psycopg.connect(warehouse_db.owner) as connection:
        assert connection.execute("SELECT count(*) FROM mine").fetchone() == (0,)


def test_migrations_can_be_undone_and_done_again(warehouse_db, engine: sa.Engine):
    before = shape(warehouse_db.owner)
    with engine.begin() as connection:
        for table in SOURCE_FED:
            for view in view_names(table):
                connection.execute(sa.text(f"DROP VIEW {view}"))
        config = migrate.config()
        config.attributes["connection"] = connection
        alembic.command.downgrade(config, "base")
    assert {row[0] for row in shape(warehouse_db.owner)} == {migrate.VERSION_TABLE, f"{migrate.VERSION_TABLE}_pkc"}
    migrate.upgrade(warehouse_db.owner)
    assert shape(warehouse_db.owner) == before


def test_views_of_an_earlier_shape_give_way(empty: str, warehouse_db):
    with psycopg.connect(empty) as connection:
        connection.execute("CREATE VIEW fact_payment_current AS SELECT 1 AS something_else")
    migrate.upgrade(empty)
    assert shape(empty) == shape(warehouse_db.owner)


def test_a_migrated_warehouse_passes_the_check(warehouse_db):
    with closing(psycopg.connect(warehouse_db.loader)) as connection:
        migrate.check(connection)


def test_an_unmigrated_warehouse_is_refused_with_the_remedy(empty: str):
    with closing(psycopg.connect(empty)) as connection, pytest.raises(SchemaDriftError) as caught:
        migrate.check(connection)
    assert caught.value.found == "schema revision none"
    assert caught.value.expected == f"revision {NEWEST}"
    assert "make migrate" in caught.value.remedy
    assert caught.value.where.startswith("warehouse 127.0.0.1:")


@pytest.mark.parametrize(
    "statement", ["UPDATE etl_schema_version SET version_num = '0000'", "DELETE FROM etl_schema_version"]
)
def test_a_warehouse_at_another_revision_is_refused(warehouse_db, statement: str):
    with closing(psycopg.connect(warehouse_db.owner)) as connection:
        connection.execute(statement)
        with pytest.raises(SchemaDriftError, match=rf"schema revision (0000|none); expected revision {NEWEST}"):
            migrate.check(connection)


def test_without_views_only_tables_are_made(empty: str):
    migrate.upgrade(empty, derived=False)
    made = {row[0] for row in shape(empty)}
    assert "fact_payment" in made
    assert not made & {view for table in SOURCE_FED for view in view_names(table)}


def test_the_command_migrates_what_the_environment_names(empty: str, monkeypatch, capsys):
    monkeypatch.setenv("WAREHOUSE_DSN", empty)
    assert migrate.main() == 0
    assert "The warehouse stands at revision 0" in capsys.readouterr().out
    with closing(psycopg.connect(empty)) as connection:
        migrate.check(connection)


@pytest.mark.parametrize(
    ("dsn", "said"), [(None, "WAREHOUSE_DSN: nothing"), ("host=127.0.0.1 port=1", "Connection refused")]
)
def test_the_command_says_why_it_cannot(monkeypatch, capsys, dsn, said):
    if dsn:
        monkeypatch.setenv("WAREHOUSE_DSN", dsn)
    else:
        monkeypatch.delenv("WAREHOUSE_DSN", raising=False)
    assert migrate.main() == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "dsn",
    [
        "warehouse_owner:qqq@db.example",
        "host=db.example password=ab qqq",
        "host=db.example password='qqq",
        "postgresql://warehouse_owner:qqq%zz@db.example/warehouse",
        "postgresql://warehouse_owner:ab@qqq@db.example/warehouse",
        "postgresql://warehouse_owner:ab/qqq@db.example/warehouse",
    ],
)
def test_a_connection_string_that_cannot_be_read_is_not_shown(dsn: str):
    with pytest.raises(SettingError, match="correct WAREHOUSE_DSN") as caught:
        migrate.upgrade_all(dsn)
    assert "qqq" not in "".join(traceback.format_exception(caught.value))
