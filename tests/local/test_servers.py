"""The two servers that everything else stands on, as the fixtures of all tests start them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from botocore.exceptions import ClientError

from local import accounts, databases, program, secrets_store
from local.aws import Aws
from local.postgres import Postgres
from tests.conftest import LakeBuckets, PgServer
from tests.ports import free_port


def test_a_put_that_must_not_overwrite_is_refused_on_an_existing_key(lake_buckets: LakeBuckets) -> None:
    put = lake_buckets.client.put_object
    put(Bucket=lake_buckets.raw, Key="a/b", Body=b"first", IfNoneMatch="*")
    with pytest.raises(ClientError) as refused:
        put(Bucket=lake_buckets.raw, Key="a/b", Body=b"second", IfNoneMatch="*")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 412
    assert lake_buckets.client.get_object(Bucket=lake_buckets.raw, Key="a/b")["Body"].read() == b"first"


def test_objects_survive_a_restart(tmp_path: Path) -> None:
    server, secrets = Aws(tmp_path / "aws", free_port()), secrets_store.generate_all()
    with program.running(server.program(), tmp_path / "log", server.is_ready):
        server.provision(secrets, ["lake"])
        server.s3(secrets).put_object(Bucket="lake", Key="raw/x/manifest.json", Body=b"{}", ContentType="text/x")
    with program.running(server.program(), tmp_path / "log", server.is_ready) as started:
        server.provision(secrets, ["lake"])
        found = server.s3(secrets).get_object(Bucket="lake", Key="raw/x/manifest.json")
        assert (found["Body"].read(), found["ContentType"]) == (b"{}", "text/x")
        with pytest.raises(ClientError, match="PreconditionFailed"):
            server.s3(secrets).put_object(Bucket="lake", Key="raw/x/manifest.json", Body=b"2", IfNoneMatch="*")
        started.kill()  # what a power cut leaves is there as well
        started.wait()
    with program.running(server.program(), tmp_path / "log", server.is_ready):
        assert server.s3(secrets).list_objects_v2(Bucket="lake")["KeyCount"] == 1


@pytest.fixture
def shop_like(pg_server: PgServer) -> Iterator[str]:
    pg_server.create("shop_like", "totesys")
    yield "shop_like"
    pg_server.drop("shop_like")


def test_the_reader_selects_what_the_owner_makes_later_and_writes_nothing(pg_server: PgServer, shop_like: str) -> None:
    with psycopg.connect(pg_server.conninfo(shop_like, "shop")) as owner:
        owner.execute("CREATE TABLE later AS SELECT 42 AS answer")
    with psycopg.connect(pg_server.conninfo(shop_like, "totes_reader")) as reader:
        assert reader.execute("SELECT answer FROM later").fetchone() == (42,)
    for attempt in (
        "INSERT INTO later VALUES (1)",
        "CREATE TABLE mine (x int)",
        "CREATE TEMP TABLE mine (x int)",
    ):
        with psycopg.connect(pg_server.conninfo(shop_like, "totes_reader")) as reader:
            with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                reader.execute(attempt)
            reader.rollback()
            reader.execute("SET default_transaction_read_only = off")
            reader.commit()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reader.execute(attempt)


@pytest.mark.parametrize("role", ["analyst", "airflow", "totes_etl"])
def test_no_other_role_connects_to_the_shop(pg_server: PgServer, shop_like: str, role: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(pg_server.conninfo(shop_like, role))


def test_the_stacks_databases_are_made_once_and_kept(pg_server: PgServer) -> None:
    databases.create_all(pg_server.conninfo("postgres"), pg_server.secrets)
    try:
        with psycopg.connect(pg_server.conninfo("airflow", "airflow")) as conn:
            conn.execute("CREATE TABLE kept (x int)")
        databases.create_all(pg_server.conninfo("postgres"), pg_server.secrets)
        with psycopg.connect(pg_server.conninfo("airflow", "airflow")) as conn:
            assert conn.execute("SELECT count(*) FROM kept").fetchone() == (0,)
        for database, role in (*databases.READERS.items(), *databases.LOADERS.items()):
            keeps_no_large_object(pg_server, database, role)
            for closed in ("postgres", "template1"):
                with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
                    psycopg.connect(pg_server.conninfo(closed, role))
    finally:
        for name in databases.OWNERS:
            pg_server.drop(name)


def keeps_no_large_object(pg_server: PgServer, database: str, role: str) -> None:
    """PostgreSQL lets everybody make them, and a reader's transactions are read-only by default alone."""
    with psycopg.connect(pg_server.conninfo(database, role), autocommit=True) as conn:
        conn.execute("SET default_transaction_read_only = off")
        for attempt in ("lo_creat(-1)", "lo_create(0)", "lo_from_bytea(0, 'kept')"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                conn.execute(f"SELECT {attempt}")


def test_rows_survive_a_killed_server(server_dir: Path) -> None:
    folder = server_dir / "killed"
    folder.mkdir()
    try:
        postgres = Postgres(accounts.postgres_place(folder), free_port(), "a-password")
        for expected in (0, 1):
            postgres.prepare()
            with program.running(postgres.program(), folder / "log", postgres.is_ready) as started:
                with psycopg.connect(postgres.admin()) as conn:
                    conn.execute("CREATE TABLE IF NOT EXISTS kept (x int)")
                    assert conn.execute("SELECT count(*) FROM kept").fetchone() == (expected,)
                    conn.execute("INSERT INTO kept VALUES (1)")
                started.kill()
                started.wait()
            assert (postgres.data / "postmaster.pid").exists()
    finally:
        shutil.rmtree(accounts.outside(folder), ignore_errors=True)
