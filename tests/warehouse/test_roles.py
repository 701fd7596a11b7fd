"""The owner migrates, the loader writes rows, readers read; the other tests show that this is enough for each."""

import psycopg
import pytest
from psycopg import sql

from include.catalog import TABLES
from include.environment import ENVIRONMENTS, TESTING
from include.errors import SettingError
from include.warehouse import migrate, roles
from include.warehouse.schema import metadata
from include.warehouse.views import view_names
from tests.conftest import PgServer, WarehouseDb

REFUSED = (
    "CREATE TABLE {schema}.mine (number integer)",
    "CREATE TABLE {schema}.mine AS SELECT * FROM {schema}.fact_payment",
    "CREATE VIEW {schema}.mine AS SELECT 1 AS one",
    "CREATE OR REPLACE VIEW {schema}.dim_staff_current AS SELECT 1 AS one",
    "CREATE FUNCTION {schema}.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
    "CREATE INDEX mine ON {schema}.fact_payment (payment_amount)",
    "CREATE TRIGGER mine BEFORE INSERT ON {schema}.fact_payment EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "ALTER TABLE {schema}.fact_payment ADD COLUMN mine integer",
    "ALTER TABLE {schema}.fact_payment RENAME TO mine",
    "ALTER TABLE {schema}.fact_payment DISABLE TRIGGER ALL",
    "ALTER TABLE {schema}.fact_payment DROP CONSTRAINT fact_payment_pkey",
    "ALTER TABLE {schema}.fact_payment OWNER TO totes_etl",
    "ALTER SEQUENCE {schema}.fact_payment_payment_record_id_seq RESTART",
    "SELECT setval('{schema}.fact_payment_payment_record_id_seq', 1)",
    "TRUNCATE {schema}.fact_payment",
    "DROP TABLE {schema}.fact_payment CASCADE",
    "DROP VIEW {schema}.fact_payment_current",
    "DROP FUNCTION {schema}.etl_restart_numbers(regclass)",
    "DROP SCHEMA {schema} CASCADE",
    "UPDATE {schema}.etl_schema_version SET version_num = '0001'",
    "DELETE FROM {schema}.etl_schema_version",
    "CREATE SCHEMA mine",
    "ALTER ROLE totes_etl CREATEDB",
    "SET ROLE warehouse_owner",
)
RIGHTS = """
SELECT count(*) FILTER (WHERE has_table_privilege(%(role)s, c.oid, 'SELECT')),
       count(*) FILTER (WHERE has_table_privilege(%(role)s, c.oid, 'INSERT')
                          AND has_table_privilege(%(role)s, c.oid, 'UPDATE')
                          AND has_table_privilege(%(role)s, c.oid, 'DELETE')),
       count(*) FILTER (WHERE has_table_privilege(%(role)s, c.oid, 'TRUNCATE, REFERENCES, TRIGGER, MAINTAIN')),
       count(*) FILTER (WHERE has_table_privilege(%(role)s, c.oid, 'INSERT, UPDATE, DELETE'))
FROM pg_class AS c WHERE relnamespace = %(schema)s::regnamespace AND relkind IN ('r', 'v')
"""
AS_THE_OWNER = """
SELECT pronamespace::regnamespace::text, proname, has_function_privilege('public', oid, 'EXECUTE'), proconfig
FROM pg_proc WHERE prosecdef AND pronamespace IN ('public'::regnamespace, 'testing'::regnamespace)
ORDER BY 1, 2
"""
TABLE_COUNT = len(metadata().tables)
ALL_COUNT = TABLE_COUNT + 1 + sum(len(view_names(table)) for table in TABLES.values())  # 1: etl_schema_version


@pytest.fixture
def both(warehouse_db: WarehouseDb) -> WarehouseDb:
    """A warehouse with production's and testing's schemas, as `make migrate` leaves it."""
    migrate.upgrade_all(warehouse_db.owner)
    return warehouse_db


def test_the_loader_can_define_nothing_in_either_environment(both: WarehouseDb):
    statements = [text.format(schema=each.warehouse_schema) for each in ENVIRONMENTS.values() for text in REFUSED]
    with psycopg.connect(both.loader, autocommit=True) as loader:
        assert [statement for statement in statements if not is_refused(loader, statement)] == []


def is_refused(connection: psycopg.Connection, statement: str) -> bool:
    try:
        connection.execute(statement.encode())
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


def test_each_role_has_its_rights_on_every_table_and_no_others(both: WarehouseDb):
    expected = {
        ("public", roles.LOADER): (ALL_COUNT, TABLE_COUNT, 0, TABLE_COUNT),
        ("testing", roles.LOADER): (ALL_COUNT, TABLE_COUNT, 0, TABLE_COUNT),
        ("public", roles.READER): (ALL_COUNT, 0, 0, 0),
        ("testing", roles.READER): (0, 0, 0, 0),
    }
    with psycopg.connect(both.owner) as owner:
        for (schema, role), counts in expected.items():
            assert owner.execute(RIGHTS, {"schema": schema, "role": role}).fetchone() == counts, (schema, role)


def test_everything_is_the_owners(both: WarehouseDb):
    with psycopg.connect(both.owner) as owner:
        found = owner.execute(
            "SELECT DISTINCT relowner::regrole::text FROM pg_class"
            " WHERE relnamespace IN ('public'::regnamespace, 'testing'::regnamespace)"
        ).fetchall()
    assert found == [("warehouse_owner",)]


def test_the_loader_makes_tables_where_the_dummy_source_is_alone(both: WarehouseDb):
    source = sql.Identifier(TESTING.source_schema)
    with psycopg.connect(both.loader) as loader:
        loader.execute(sql.SQL("CREATE TABLE {}.mine (number integer)").format(source))
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            loader.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(source))


def test_the_loader_cannot_migrate_and_is_told_who_can(warehouse_db: WarehouseDb):
    with pytest.raises(SettingError, match=r"the role totes_etl, which .*; expected the database's owner") as caught:
        migrate.upgrade(warehouse_db.loader)
    assert "WAREHOUSE_DSN" in caught.value.remedy
    with pytest.raises(SettingError, match="schema testing: no such schema"):
        migrate.upgrade(warehouse_db.loader, TESTING)


def test_roles_that_are_not_there_are_named_and_nothing_is_migrated(pg_server: PgServer):
    pg_server.create("without_roles", "warehouse")
    owner = pg_server.warehouse("without_roles").owner
    with psycopg.connect(pg_server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute("ALTER ROLE analyst RENAME TO somebody")
        try:
            with pytest.raises(SettingError, match=r"no role analyst; .*docs/roles\.md"):
                migrate.upgrade(owner)
        finally:
            admin.execute("ALTER ROLE somebody RENAME TO analyst")
    with psycopg.connect(owner) as connection:
        assert migrate.revision(connection) == ""
    pg_server.drop("without_roles")


def test_what_the_owner_makes_by_hand_is_read_at_once_and_loaded_by_nobody(warehouse_db: WarehouseDb):
    with psycopg.connect(warehouse_db.owner) as owner:
        owner.execute("CREATE VIEW mine AS SELECT count(*) FROM fact_payment_current")
    with psycopg.connect(warehouse_db.analyst) as analyst:
        assert analyst.execute("SELECT * FROM mine").fetchone() == (0,)
    with psycopg.connect(warehouse_db.loader) as loader, pytest.raises(psycopg.errors.InsufficientPrivilege):
        loader.execute("SELECT * FROM mine")


def test_what_an_administrator_made_there_stands_in_no_migrations_way(pg_server: PgServer, warehouse_db: WarehouseDb):
    name = str(psycopg.conninfo.conninfo_to_dict(warehouse_db.owner)["dbname"])
    with psycopg.connect(pg_server.conninfo(name)) as admin:
        admin.execute("CREATE TABLE administered (number integer)")
    migrate.upgrade(warehouse_db.owner)
    with psycopg.connect(warehouse_db.analyst) as analyst, pytest.raises(psycopg.errors.InsufficientPrivilege):
        analyst.execute("SELECT FROM administered")


def test_a_restarted_number_is_undone_by_a_rollback_and_is_the_loaders_to_restart(warehouse_db: WarehouseDb):
    restart = "SELECT etl_restart_numbers('fact_payment_payment_record_id_seq')"
    number = "SELECT nextval('fact_payment_payment_record_id_seq')"
    with psycopg.connect(warehouse_db.loader) as loader:
        assert [loader.execute(number).fetchone() for _ in range(2)] == [(1,), (2,)]
        loader.commit()
        loader.execute(restart)
        assert loader.execute(number).fetchone() == (1,)
        loader.rollback()
        assert loader.execute(number).fetchone() == (3,)
    with psycopg.connect(warehouse_db.analyst) as analyst, pytest.raises(psycopg.errors.InsufficientPrivilege):
        analyst.execute(restart)


def test_what_runs_as_the_owner_is_nobodys_and_looks_nowhere_else(both: WarehouseDb):
    with psycopg.connect(both.owner) as owner:
        found = owner.execute(AS_THE_OWNER).fetchall()
    search_path = ["search_path=pg_catalog, pg_temp"]
    assert found == [(schema, "etl_restart_numbers", False, search_path) for schema in ("public", "testing")]
