"""The snapshot: one view, read-only, guarded, and broken ones are called by their name."""

import functools
import threading
from collections.abc import Callable
from contextlib import closing

import psycopg
import pytest

from include.catalog import TABLES
from include.errors import SchemaDriftError, SourceUnavailable
from include.source.postgres import has_changes
from include.source.selection import Everything
from include.source.snapshot import snapshot

STAFF = TABLES["dim_staff"]


@pytest.fixture
def reader(shop):
    with closing(psycopg.connect(shop.reader)) as connection:
        yield connection


def test_a_snapshot_does_not_see_what_commits_after_it(shop, reader):
    count = "SELECT count(*) FROM currency"
    with snapshot(reader):
        with psycopg.connect(shop.owner) as owner:
            owner.execute("INSERT INTO currency (currency_code, last_updated) VALUES ('EUR', now())")
        assert reader.execute(count).fetchone() == (2,)
    assert reader.execute(count).fetchone() == (3,)


def test_positions_move_on_with_the_sources_transactions(shop, reader):
    with snapshot(reader) as first:
        pass
    with psycopg.connect(shop.owner) as owner:
        owner.execute("UPDATE currency SET last_updated = now()")
    with snapshot(reader) as second:
        pass
    assert second.xmin > first.xmin
    assert second.xmax > first.xmax
    assert second.at > first.at
    assert second.system_identifier == first.system_identifier
    assert second.at.utcoffset().total_seconds() == 0


def test_the_watermark_stays_below_the_oldest_open_transaction(shop, reader):
    with psycopg.connect(shop.owner) as owner:
        (open_xid,) = owner.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
        with psycopg.connect(shop.owner) as other:
            other.execute("UPDATE currency SET last_updated = now()")
        with snapshot(reader) as position:
            assert position.xmin == open_xid < position.xmax


def test_nothing_can_be_written_inside_a_snapshot_even_by_the_owner(shop):
    with closing(psycopg.connect(shop.owner)) as owner:
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction), snapshot(owner):
            owner.execute("DELETE FROM payment")
        owner.read_only = None
        assert owner.execute("SELECT count(*) FROM payment").fetchone() == (4,)


def test_the_pipelines_role_may_not_write_even_if_it_asks_to(reader):
    reader.execute("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
    reader.commit()
    for statement in ("DELETE FROM payment", "UPDATE payment SET paid = true", "CREATE TABLE mine (id int)"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            reader.execute(statement)
        reader.rollback()


def test_an_error_inside_ends_the_transaction(reader):
    with pytest.raises(ZeroDivisionError), snapshot(reader):
        raise ZeroDivisionError
    assert reader.info.transaction_status == psycopg.pq.TransactionStatus.IDLE


def test_a_terminated_backend_is_an_unavailable_source(shop, reader, pg_server):
    terminate_me = functools.partial(terminate, pg_server, reader.info.backend_pid)
    with pytest.raises(SourceUnavailable) as caught:
        select_after(reader, terminate_me)
    assert f"{reader.info.host}:{reader.info.port}/" in caught.value.where
    assert "terminating connection" in caught.value.found
    assert password(shop.reader) not in str(caught.value)


def test_a_cancelled_statement_is_an_unavailable_source(reader):
    timer = threading.Timer(0.2, reader.cancel_safe)
    with pytest.raises(SourceUnavailable, match="QueryCanceled"):
        select_after(reader, timer.start)
    timer.join()


def test_a_table_that_stays_locked_is_an_unavailable_source(shop, reader):
    with psycopg.connect(shop.owner) as owner:
        owner.execute("LOCK TABLE staff")
        with pytest.raises(SourceUnavailable, match="LockNotAvailable"):
            select_after(reader, lambda: reader.execute("SET LOCAL lock_timeout = '50ms'"))


UNREADABLE = {
    "rows hidden from it": "ALTER TABLE staff ENABLE ROW LEVEL SECURITY",
    "a revoked grant": "REVOKE SELECT ON staff FROM totes_reader",
    "a table that is gone": "DROP TABLE staff CASCADE",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_the_role_cannot_read_whole_is_drift_and_never_read_in_part(shop, reader, name: str):
    with psycopg.connect(shop.owner) as owner:
        owner.execute(UNREADABLE[name])
    with pytest.raises(SchemaDriftError, match="staff") as caught, snapshot(reader) as position:
        has_changes(reader, position, STAFF, Everything())
    assert "all rows of which this role may read" in caught.value.expected


def select_after(reader, interruption: Callable[[], object]) -> None:
    """Read in a snapshot, slowly, after something happened in it."""
    with snapshot(reader):
        interruption()
        reader.execute("SELECT pg_sleep(5), count(*) FROM staff")


def terminate(pg_server, pid: int) -> None:
    with psycopg.connect(pg_server.conninfo("postgres"), autocommit=True) as admin:
        assert admin.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)


def password(dsn: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(dsn)["password"])
