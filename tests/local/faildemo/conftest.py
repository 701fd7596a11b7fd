"""A stack whose databases are real, on the test session's server; nothing else of it runs."""

from collections.abc import Iterator

import pytest

from local.settings import Settings
from local.stack import Stack
from tests.conftest import PgServer


@pytest.fixture(scope="module")
def stack(
    pg_server: PgServer, demo_template: str, warehouse_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A shop full of demo rows and an empty warehouse under the names that the stack's databases have."""
    made = Stack(Settings(state_dir=tmp_path_factory.mktemp("stack"), postgres_port=pg_server.postgres.port))
    vars(made).update(secrets=pg_server.secrets, postgres=pg_server.postgres)
    pg_server.create("totesys", "totesys", demo_template)
    pg_server.create("warehouse", "warehouse", warehouse_template)
    yield made
    for name in ("totesys", "warehouse"):
        pg_server.drop(name)
