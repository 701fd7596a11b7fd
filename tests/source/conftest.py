"""A shop of a few rows for each test."""

import psycopg
import pytest

from tests.source.small_shop import ROWS


@pytest.fixture
def shop(source_db):
    """A shop database with a few rows: connection strings of its owner and of the pipeline's role."""
    with psycopg.connect(source_db.owner) as connection:
        for statement in ROWS:
            connection.execute(statement)
    return source_db
