"""Foreign keys are checked once a key instead of once a row: no less right, and PostgreSQL does it where it must."""

import psycopg
import pytest
from psycopg import sql

from include.warehouse import references
from include.warehouse.connection import transaction
from tests.conftest import PgServer
from tests.pipeline import Pipeline

GRANT = "{} SET ON PARAMETER session_replication_role {} totes_etl"


def referring(*keys: int) -> dict[str, sql.Composable]:
    return {"dim_currency": sql.SQL("SELECT unnest({}::integer[]) AS key").format(sql.Literal(list(keys)))}


def triggers(connection: psycopg.Connection) -> str:
    (role,) = connection.execute("SHOW session_replication_role").fetchone()
    return role


@pytest.fixture
def loaded(small: Pipeline) -> Pipeline:
    small.load(small.transform(small.extract("dim_currency")))
    return small


def test_a_member_that_is_referred_to_stays_until_the_commit(loaded: Pipeline):
    with loaded.loading() as loading, loaded.loading() as other, transaction(loading):
        with references.checked(loading, referring(1)):
            assert triggers(loading) == "replica"
        assert triggers(loading) == "origin"
        other.execute("SET lock_timeout = '50ms'")
        with pytest.raises(psycopg.errors.LockNotAvailable):
            other.execute("DELETE FROM dim_currency WHERE currency_id = 1")


def test_where_a_member_is_absent_postgresql_checks_each_row(loaded: Pipeline):
    with loaded.loading() as loading, transaction(loading), references.checked(loading, referring(1, 99)):
        assert triggers(loading) == "origin"


def test_where_the_role_may_not_say_so_postgresql_checks_each_row(loaded: Pipeline, pg_server: PgServer):
    with psycopg.connect(pg_server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute(GRANT.format("REVOKE", "FROM"))
        try:
            with loaded.loading() as loading, transaction(loading), references.checked(loading, referring(1)):
                assert triggers(loading) == "origin"
            loaded.load(loaded.transform(loaded.extract("fact_payment")))
        finally:
            admin.execute(GRANT.format("GRANT", "TO"))
    assert loaded.held("fact_payment") == loaded.expected("fact_payment")


def test_keys_too_many_for_a_statement_are_asked_of_staging(small: Pipeline, monkeypatch):
    monkeypatch.setattr(references, "MANY", 0)
    small.load(small.transform(small.extract("fact_sales_order")))
    assert small.held("fact_sales_order") == small.expected("fact_sales_order")
    assert small.query("SELECT count(*) > 0 FROM dim_staff WHERE is_inferred") == [(True,)]
