"""The proxy does what its rules say, on real connections."""

import time
from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from tests.faults.proxy import Proxy, Rule
from tests.faults.servers import Servers


@pytest.fixture
def proxy(servers: Servers) -> Iterator[Proxy]:
    forwarding = Proxy(servers.source.postgres.port)
    yield forwarding
    forwarding.close()


@pytest.fixture
def through(servers: Servers, proxy: Proxy) -> str:
    return make_conninfo(servers.source.conninfo("postgres"), port=proxy.port, connect_timeout="2")


def test_it_forwards(proxy: Proxy, through: str):
    with psycopg.connect(through) as connection:
        assert connection.execute("SELECT repeat('x', 100000)").fetchone() == ("x" * 100_000,)
    assert proxy.carried["to_client"] > 100_000


def test_it_cuts_after_so_many_bytes_and_as_often_as_told(proxy: Proxy, through: str):
    proxy.rule = Rule(cut_after=20_000)
    with psycopg.connect(through) as connection, pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT repeat('x', 100000)")
    assert proxy.rule.hit == 1
    with psycopg.connect(through) as connection:
        assert connection.execute("SELECT length(repeat('x', 100000))").fetchone() == (100_000,)


def test_it_is_silent(proxy: Proxy, through: str):
    proxy.rule = Rule(half_open=True)
    began = time.monotonic()
    with pytest.raises(psycopg.OperationalError, match="timeout"):
        psycopg.connect(through)
    assert 1.5 < time.monotonic() - began < 6


def test_it_loses_the_answer_of_a_commit_that_happened(proxy: Proxy, through: str, servers: Servers):
    with psycopg.connect(servers.source.conninfo("postgres"), autocommit=True) as watcher:
        watcher.execute("CREATE TABLE IF NOT EXISTS committed (n integer)")
        proxy.rule = Rule(lose_commit_answer=True)
        connection = psycopg.connect(through)
        connection.execute("INSERT INTO committed VALUES (1)")
        with pytest.raises(psycopg.OperationalError):
            connection.commit()
        assert watcher.execute("SELECT count(*) FROM committed").fetchone() == (1,)
        watcher.execute("DROP TABLE committed")
