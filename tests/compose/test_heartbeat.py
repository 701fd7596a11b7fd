"""Does a component of Airflow beat? Asked of a table as Airflow's `job` is."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from local.compose.heartbeat import beats
from tests.conftest import PgServer

JOB = """
CREATE TABLE job (job_type text, hostname text, state text, latest_heartbeat timestamptz);
INSERT INTO job VALUES
  ('TriggererJob', 'here', 'running', now() - interval '5 s'),
  ('TriggererJob', 'there', 'running', now() - interval '40 s'),
  ('TriggererJob', 'ended', 'success', now());
"""


@pytest.fixture
def metadata(pg_server: PgServer) -> Iterator[str]:
    with psycopg.connect(pg_server.conninfo("postgres"), autocommit=True) as admin:
        admin.execute("CREATE DATABASE heartbeat")
    with psycopg.connect(pg_server.conninfo("heartbeat")) as conn:
        conn.execute(JOB)
    port, password = pg_server.postgres.port, pg_server.secrets.postgres
    yield f"postgresql+psycopg2://postgres:{password}@127.0.0.1:{port}/heartbeat"
    pg_server.drop("heartbeat")


@pytest.mark.parametrize(
    ("kind", "host", "alive"),
    [
        ("TriggererJob", "here", True),
        ("TriggererJob", "there", False),
        ("TriggererJob", "ended", False),
        ("DagProcessorJob", "here", False),
    ],
)
def test_only_a_component_of_this_host_that_beat_lately_is_alive(
    metadata: str, kind: str, host: str, alive: bool
) -> None:
    assert beats(metadata, kind, host) is alive
