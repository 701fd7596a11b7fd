"""Who owns the warehouse: after an upgrade of an old installation, and where nobody is a superuser."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import alembic.command
import psycopg
import pytest
import sqlalchemy as sa
from psycopg.conninfo import make_conninfo

from include import search_path
from include.environment import ENVIRONMENTS
from include.planning import Request
from include.warehouse import migrate
from local import accounts, databases, program, secrets_store
from local.postgres import Postgres
from local.settings import ROOT
from tests.conftest import PgServer, WarehouseDb
from tests.pipeline import NAMES, Pipeline
from tests.ports import free_port

OWNERS = """
SELECT DISTINCT nspname, relowner::regrole::text FROM pg_class JOIN pg_namespace AS n ON n.oid = relnamespace
WHERE nspname IN ('public', 'testing', 'testing_source') AND relkind IN ('r', 'v', 'S') ORDER BY 1, 2
"""
WRITTEN = "SELECT * FROM fact_sales_order ORDER BY 1"
EDIT = "UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id = 1"

ROLES = (ROOT / "docs" / "roles.md").read_text()
MAKE, TAKE_OVER = re.findall(r"```sql\n(.*?)```", ROLES, re.DOTALL)


def age(dsn: str) -> None:
    """Bring both environments back to the last revision of which the loader was the owner."""
    for environment in ENVIRONMENTS.values():
        with psycopg.connect(dsn, options=search_path.option(environment.warehouse_schema)) as old:
            engine = sa.create_engine("postgresql+psycopg://", creator=lambda old=old: old, poolclass=sa.StaticPool)
            with engine.begin() as connection:
                config = migrate.config()
                config.attributes["connection"] = connection
                alembic.command.downgrade(config, "0006")


def refuses_ddl(loader: str) -> bool:
    with psycopg.connect(loader) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("TRUNCATE fact_payment")
    return True


@pytest.fixture
def old(pg_server: PgServer, small: Pipeline) -> Iterator[Pipeline]:
    """The stack's databases as the version before left them: the warehouse is its loader's, and loaded."""
    databases.create_all(pg_server.conninfo("postgres"), pg_server.secrets)
    with psycopg.connect(pg_server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute("ALTER DATABASE warehouse OWNER TO totes_etl")
    with psycopg.connect(pg_server.conninfo("warehouse"), autocommit=True) as admin:
        databases.grant_reading(admin, "totes_etl", "analyst")
    loader = pg_server.conninfo("warehouse", "totes_etl")
    migrate.upgrade(loader)
    pipeline = Pipeline(small.owner, small.reader, loader, small.raw, small.processed, warehouse_owner=loader)
    for each in (pipeline, pipeline.testing()):
        each.run()
    age(loader)
    yield pipeline
    for name in databases.OWNERS:
        pg_server.drop(name)


def test_a_warehouse_that_its_loader_owned_is_taken_over(old: Pipeline, pg_server: PgServer):
    before = old.query(WRITTEN)
    assert len(before) == 4
    for _ in range(2):
        databases.create_all(pg_server.conninfo("postgres"), pg_server.secrets)
        db = pg_server.warehouse("warehouse")
        migrate.upgrade_all(db.owner)
    owned = [("public", "warehouse_owner"), ("testing", "warehouse_owner")]
    with psycopg.connect(db.owner) as owner:
        assert owner.execute(OWNERS).fetchall() == owned
    assert refuses_ddl(db.loader)
    assert old.query(WRITTEN) == before
    with psycopg.connect(db.analyst) as analyst:
        assert analyst.execute(WRITTEN).fetchall() == before
    goes_on(old)
    with psycopg.connect(db.loader) as loader:
        beside = Pipeline(old.owner, old.reader, old.loader, old.raw, old.processed, warehouse_owner=db.owner).testing()
        beside.run()
        assert loader.execute(OWNERS).fetchall() == [*owned, ("testing_source", "totes_etl")]
    databases.create_all(pg_server.conninfo("postgres"), pg_server.secrets)
    assert beside.plan() == []


def goes_on(pipeline: Pipeline) -> None:
    """A change is loaded, and a replay leads to the same rows."""
    pipeline.shop(EDIT)
    assert pipeline.run()["fact_sales_order"]["rows_revised"] == 1
    columns = "SELECT sales_record_id, sales_order_id, units_sold, is_current FROM fact_sales_order ORDER BY 1"
    held = pipeline.query(columns)
    pipeline.run(Request(tables=NAMES, mode="replay"))
    assert pipeline.query(columns) == held


class Elsewhere:
    """A server of somebody else's, with an administrator who is no superuser, as on RDS."""

    def __init__(self, postgres: Postgres) -> None:
        self._postgres = postgres
        self._passwords = secrets_store.generate_all()
        with psycopg.connect(postgres.admin()) as superuser:
            superuser.execute("CREATE ROLE administrator LOGIN CREATEROLE CREATEDB PASSWORD 'not-secret-here'")

    def conninfo(self, database: str, role: str) -> str:
        return self._postgres.conninfo(database, role, getattr(self._passwords, role, "not-secret-here"))

    def psql(self, database: str, statements: str) -> None:
        """The administrator types these statements."""
        psql = str(accounts.shipped_binaries() / "psql")
        conninfo = make_conninfo(self.conninfo(database, "administrator"))
        done = subprocess.run(
            [psql, "-X", "-v", "ON_ERROR_STOP=1", conninfo], input=statements, capture_output=True, text=True
        )
        assert (done.returncode, done.stderr) == (0, "")

    def give_passwords(self) -> None:
        with psycopg.connect(self.conninfo("postgres", "administrator")) as administrator:
            for role in ("warehouse_owner", "totes_etl", "analyst"):
                password = getattr(self._passwords, role)
                administrator.execute(f"ALTER ROLE {role} PASSWORD '{password}'")

    def warehouse(self, name: str) -> WarehouseDb:
        return WarehouseDb(*(self.conninfo(name, role) for role in ("warehouse_owner", "totes_etl", "analyst")))


@pytest.fixture(scope="module")
def elsewhere(server_dir: Path) -> Iterator[Elsewhere]:
    """That server, with roles and warehouse made as docs/roles.md says."""
    folder = server_dir / "elsewhere"
    folder.mkdir()
    postgres = Postgres(accounts.postgres_place(folder), free_port(), "not-secret-here", durable=False)
    postgres.prepare()
    try:
        with program.running(postgres.program(), folder / "postgres.log", postgres.is_ready):
            server = Elsewhere(postgres)
            server.psql("postgres", MAKE)
            server.give_passwords()
            yield server
    finally:
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)


def test_without_a_superuser_the_documented_roles_are_enough(elsewhere: Elsewhere, small: Pipeline):
    db = elsewhere.warehouse("warehouse")
    migrate.upgrade_all(db.owner)
    pipeline = Pipeline(small.owner, small.reader, db.loader, small.raw, small.processed, warehouse_owner=db.owner)
    assert pipeline.query("SELECT has_parameter_privilege('session_replication_role', 'SET')") == [(False,)]
    assert set(pipeline.run()) == set(NAMES)
    goes_on(pipeline)
    assert set(pipeline.testing().run()) == set(NAMES)
    assert refuses_ddl(db.loader)
    with psycopg.connect(db.analyst) as analyst:
        assert len(analyst.execute(WRITTEN).fetchall()) == 5
    for role in ("administrator", "analyst"):
        with pytest.raises(psycopg.OperationalError if role == "administrator" else psycopg.Error):
            psycopg.connect(elsewhere.conninfo("warehouse", role)).execute("DELETE FROM fact_payment")


def test_somebody_with_a_role_of_her_own_reads_and_cannot_become_the_dashboards(elsewhere: Elsewhere):
    migrate.upgrade_all(elsewhere.warehouse("warehouse").owner)
    with psycopg.connect(elsewhere.conninfo("postgres", "administrator")) as administrator:
        for statement in re.findall(r"`((?:CREATE|GRANT|ALTER) [^`]*\bjane\b[^`]*)`", ROLES):
            administrator.execute(statement)
        administrator.execute("ALTER ROLE jane PASSWORD 'not-secret-here'")
    with psycopg.connect(elsewhere.conninfo("warehouse", "jane"), autocommit=True) as jane:
        assert jane.execute("SHOW transaction_read_only").fetchone() == ("on",)
        jane.execute(WRITTEN)
        jane.execute("SET default_transaction_read_only = off")
        for attempt in ("SET ROLE analyst", "ALTER ROLE analyst PASSWORD 'mine'", "DELETE FROM fact_payment"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                jane.execute(attempt)


def test_without_a_superuser_a_warehouse_can_be_taken_over_as_documented(elsewhere: Elsewhere):
    elsewhere.psql("postgres", "GRANT totes_etl, warehouse_owner TO administrator; CREATE DATABASE old OWNER totes_etl")
    db = elsewhere.warehouse("old")
    migrate.upgrade_all(db.loader)
    age(db.loader)
    elsewhere.psql("old", TAKE_OVER)
    elsewhere.psql("postgres", "REVOKE totes_etl, warehouse_owner FROM administrator")
    migrate.upgrade_all(db.owner)
    assert refuses_ddl(db.loader)
    with psycopg.connect(db.loader) as loader:
        migrate.check(loader)
