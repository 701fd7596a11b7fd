"""Every way to a database against a real PostgreSQL with TLS, without it, and with another host's certificate.

The names lead to loopback by libpq's `hostaddr`: what is verified is the name.
"""

import asyncio
import contextlib
import json
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest

from include.analytics.reading.postgres import PostgresReader
from include.environment import PRODUCTION
from include.errors import RetryableError, SettingError
from include.freshness.ask import ask
from include.freshness.connections import conninfo
from include.warehouse import migrate
from local import accounts, program
from local.postgres import Postgres
from local.settings import ROOT
from tests.conftest import free_port
from tests.source.http.authority import Authority

sys.path.insert(0, str(ROOT / "plugins"))

import totes_connections
from totes_watch import SourceChanged

HOST, ANOTHER = "warehouse.example", "elsewhere.example"


@dataclass(frozen=True, repr=False)
class Server:
    """A running PostgreSQL that shows a certificate for `HOST`, and the authority that signed it."""

    postgres: Postgres
    authority: Authority

    def connection(self, **extra: str) -> str:
        """An Airflow connection to the server, as `HOST` unless the extras say otherwise."""
        host = extra.pop("host", HOST)
        parts = {"conn_type": "postgres", "host": host, "port": self.postgres.port, "schema": "postgres"}
        login = {"login": "postgres", "password": self.postgres.password}
        return json.dumps(parts | login | {"extra": {"hostaddr": "127.0.0.1", **extra}})

    def encrypt(self, *, on: bool) -> None:
        """Let the server speak TLS, or not."""
        with psycopg.connect(self.postgres.admin(), autocommit=True) as admin:
            admin.execute(f"ALTER SYSTEM SET ssl = {'on' if on else 'off'}")
            admin.execute("SELECT pg_reload_conf()")
        wanted = "on" if on else "off"
        shown = lambda: psycopg.connect(self.postgres.admin()).execute("SHOW ssl").fetchone()  # noqa: E731  asked often
        program.wait_until(lambda: shown() == (wanted,), lambda: True, "ssl", self.postgres.data)


@pytest.fixture(scope="module")
def server(server_dir, tmp_path_factory) -> Iterator[Server]:
    folder = server_dir / "tls"
    folder.mkdir()
    postgres = Postgres(accounts.postgres_place(folder), free_port(), "not secret", durable=False)
    postgres.prepare()
    certificates = tmp_path_factory.mktemp("certificates")
    authority = Authority(certificates)
    authority.server(HOST)
    owner = postgres.data.stat()
    for name in ("server.crt", "server.key"):  # one file holds both
        shutil.copy(certificates / f"{HOST}.pem", postgres.data / name)
        os.chown(postgres.data / name, owner.st_uid, owner.st_gid)
        (postgres.data / name).chmod(0o600)
    try:
        with program.running(postgres.program(), server_dir / "tls.log", postgres.is_ready):
            yield Server(postgres, authority)
    finally:
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)


@pytest.fixture
def tls(server, monkeypatch) -> Iterator[Server]:
    """The server with TLS on, whose authority is the one that the settings trust."""
    monkeypatch.setenv("AIRFLOW__TOTES__DATABASE_ROOT_CERTIFICATE", str(server.authority.path))
    server.encrypt(on=True)
    yield server
    server.encrypt(on=False)


def task() -> str:
    with totes_connections.warehouse(PRODUCTION) as connection:
        return connection.info.parameter_status("server_version") if connection.pgconn.ssl_in_use else "plain text"


def program_outside() -> str:
    with psycopg.connect(conninfo("warehouse", os.environ)) as connection:
        return connection.info.parameter_status("server_version") if connection.pgconn.ssl_in_use else "plain text"


def dashboard() -> str:
    with contextlib.closing(PostgresReader(conninfo("warehouse", os.environ))) as reader, reader.snapshot() as rows:
        (row,) = rows.rows("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()", {})
        return str(row["version"] or "plain text")


def watch() -> str:
    async def connected() -> str:
        async with await SourceChanged("warehouse", "poll", 1, [])._connect() as connection:
            return "encrypted" if connection.pgconn.ssl_in_use else "plain text"

    return asyncio.run(connected())


WAYS = [task, program_outside, watch, dashboard]
REFUSED = (RetryableError, psycopg.OperationalError)


@pytest.mark.parametrize("way", WAYS)
def test_the_right_host_is_let_through(way, tls, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", tls.connection())
    assert way() != "plain text"


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
    assert task() != "plain text"


def test_a_named_service_of_a_private_network_is_reached_without(server, monkeypatch):
    monkeypatch.setenv("AIRFLOW__TOTES__PLAINTEXT_HOSTS", "postgres")
    text = json.loads(server.connection(host="postgres"))
    with pytest.raises(SettingError, match="no file"):  # its address is not the name
        monkeypatch.setenv("AIRFLOW__TOTES__DATABASE_ROOT_CERTIFICATE", "/nowhere.pem")
        monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(text | {"extra": {"hostaddr": "10.0.0.7"}}))
        task()
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", json.dumps(text))
    assert task() == "plain text"


def test_the_freshness_program_and_the_migration_verify_too(tls, monkeypatch):
    monkeypatch.setenv("AIRFLOW_CONN_WAREHOUSE", tls.connection(host=ANOTHER))
    with pytest.raises(RetryableError, match="does not match host name"):
        ask(os.environ, None)
    parts = {"user": "postgres", "password": tls.postgres.password, "hostaddr": "127.0.0.1"}
    dsn = psycopg.conninfo.make_conninfo(host=ANOTHER, port=tls.postgres.port, **parts)
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        migrate.upgrade(dsn)
