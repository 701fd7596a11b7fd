"""Every way to a database against a real PostgreSQL with TLS, without it, and with another host's certificate."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa

from include.analytics.reading.postgres import PostgresReader
from include.connections import conninfo
from include.environment import PRODUCTION
from include.errors import RetryableError, SettingError
from include.freshness.ask import ask
from include.warehouse import migrate
from local.settings import ROOT
from tests.dags import tls_server
from tests.dags.tls_server import HOST, TlsServer

sys.path.insert(0, str(ROOT / "plugins"))

import totes_connections
from totes_watch import SourceChanged

ANOTHER = "elsewhere.example"


@pytest.fixture(scope="module")
def server(server_dir) -> Iterator[TlsServer]:
    (server_dir / "tls").mkdir()
    with tls_server.running(server_dir / "tls") as server:
        yield server


@pytest.fixture
def tls(server, monkeypatch) -> Iterator[TlsServer]:
    """The server with TLS on, whose authority is the one that the settings trust."""
    monkeypatch.setenv("AIRFLOW__TOTES__DATABASE_ROOT_CERTIFICATE", str(server.authority.path))
    server.encrypt(on=True)
    yield server
    server.encrypt(on=False)


def seen(connection: psycopg.Connection | psycopg.AsyncConnection) -> str:
    return "encrypted" if connection.pgconn.ssl_in_use else "plain text"


def task() -> str:
    with totes_connections.warehouse(PRODUCTION) as connection:
        return seen(connection)


def program_outside() -> str:
    with psycopg.connect(conninfo("warehouse", os.environ)) as connection:
        return seen(connection)


def dashboard() -> str:
    with contextlib.closing(PostgresReader(conninfo("warehouse", os.environ))) as reader, reader.snapshot() as rows:
        (row,) = rows.rows(sa.text("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"))
        return "encrypted" if row["ssl"] else "plain text"


def watch() -> str:
    async def connected() -> str:
        async with await SourceChanged("warehouse", "poll", 1, [])._connect() as connection:
            return seen(connection)

    return asyncio.run(connected())


WAYS = [task, program_outside, watch, dashboard]
REFUSED = (RetryableError, psycopg.OperationalError)


@pytest.mark.parametrize("way", WAYS)
def test_the_right_host_is_let_through(way, tls, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", tls.connection())
    assert way() == "encrypted"


@pytest.mark.parametrize("way", WAYS)
def test_the_host_of_the_extras_is_the_one_that_is_verified(way, tls, monkeypatch):
    parts = json.loads(tls.connection(host="127.0.0.1"))
    for verified, refusal in ((HOST, contextlib.nullcontext()), (ANOTHER, pytest.raises(REFUSED, match=ANOTHER))):
        extra = {**parts["extra"], "host": verified}
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps({**parts, "extra": extra}))
        with refusal:
            assert way() == "encrypted"


@pytest.mark.parametrize("way", WAYS)
def test_a_certificate_of_another_host_is_refused(way, tls, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", tls.connection(host=ANOTHER))
    with pytest.raises(REFUSED, match=f'"{HOST}" does not match host name "{ANOTHER}"'):
        way()


@pytest.mark.parametrize("way", WAYS)
def test_a_server_without_tls_is_refused(way, server, monkeypatch):
    monkeypatch.setenv("AIRFLOW__TOTES__DATABASE_ROOT_CERTIFICATE", str(server.authority.path))
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", server.connection())
    with pytest.raises(REFUSED, match="server does not support SSL, but SSL was required"):
        way()


@pytest.mark.parametrize("way", WAYS)
def test_an_authority_that_nobody_trusts_is_refused(way, tls, monkeypatch):
    monkeypatch.delenv("AIRFLOW__TOTES__DATABASE_ROOT_CERTIFICATE")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", tls.connection())
    with pytest.raises(REFUSED, match="certificate verify failed"):
        way()


@pytest.mark.parametrize("way", WAYS)
def test_a_connection_that_asks_for_less_is_refused_unopened(way, server, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", server.connection(sslmode="require"))
    with pytest.raises(SettingError, match=f"sslmode=require to {HOST}"):
        way()


def test_the_machine_s_own_authorities_are_found(tls, monkeypatch):
    monkeypatch.delenv("AIRFLOW__TOTES__DATABASE_ROOT_CERTIFICATE")
    monkeypatch.setenv("SSL_CERT_FILE", str(tls.authority.path))
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", tls.connection())
    assert task() == "encrypted"


def test_a_named_service_of_a_private_network_is_reached_without(server, monkeypatch):
    monkeypatch.setenv("AIRFLOW__TOTES__PLAINTEXT_HOSTS", "postgres")
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", server.connection(host="postgres"))
    assert task() == "plain text"


def test_the_freshness_program_and_the_migration_verify_too(tls, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", tls.connection(host=ANOTHER))
    with pytest.raises(RetryableError, match="does not match host name"):
        ask(os.environ, None)
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        migrate.upgrade(tls.dsn(ANOTHER))
