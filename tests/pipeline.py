"""The pipeline's steps in one process, without Airflow, on a test's own source, buckets and warehouse."""

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import psycopg

from include import search_path, steps, testing
from include.catalog import SOURCE_FED, TABLES
from include.environment import PRODUCTION, TESTING, Environment
from include.object_store import ObjectStore
from include.planning import Request
from include.warehouse import migrate
from tests.expected import EXPECTED, HELD

NAMES = tuple(table.name for table in SOURCE_FED)
Rows = Counter[tuple[Any, ...]]


@dataclass(frozen=True, repr=False)
class Pipeline:
    """Connection strings of the shop's owner, the pipeline's reader and the warehouse's loader; the two buckets.

    That of the warehouse's owner is for tests that alter what the pipeline itself may not.
    """

    owner: str
    reader: str
    loader: str
    raw: ObjectStore
    processed: ObjectStore
    environment: Environment = PRODUCTION
    warehouse_owner: str = ""

    def testing(self) -> "Pipeline":
        """The same pipeline in the testing environment, migrated, and prepared as the first task of its runs does."""
        migrate.upgrade(self.warehouse_owner, TESTING)
        beside = self.beside()
        with beside.loading() as warehouse:
            testing.prepare(warehouse)
        return beside

    def beside(self) -> "Pipeline":
        """The same pipeline in the testing environment, as it stands there."""
        raw, processed = (ObjectStore(s._client, s.bucket, TESTING.prefix) for s in (self.raw, self.processed))
        return replace(self, owner=self.loader, reader=self.loader, raw=raw, processed=processed, environment=TESTING)

    def run(self, request: Request | None = None) -> dict[str, dict[str, Any]]:
        """One run: plan, then the three steps of each table with changes; the load records by table."""
        request = request or Request(tables=NAMES)
        return {table: self.load(self.transformed(table, request)) for table in self.plan(request)}

    def transformed(self, table: str, request: Request) -> list[dict[str, Any]]:
        """A table extracted and transformed, range by range where it is split."""
        ranges = self.split(table, request) if TABLES[table].split_rows else [None]
        return [self.transform(self.extract(table, request, key_range)) for key_range in ranges]

    def split(self, table: str, request: Request | None = None) -> list[dict[str, Any] | None]:
        with self.reading() as source, self.loading() as warehouse:
            return steps.split(table, request or Request(tables=(table,)), source=source, warehouse=warehouse)

    def plan(self, request: Request | None = None) -> list[str]:
        """The tables that have changes."""
        with self.reading() as source, self.loading() as warehouse:
            plans = steps.plan(source, warehouse, request or Request(tables=NAMES), {})
        return [item.table for item in plans if item.has_changes]

    def extract(
        self, table: str, request: Request | None = None, key_range: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        request = request or Request(tables=(table,))
        with self.reading() as source, self.loading() as warehouse:
            return steps.extract(table, request, key_range, source=source, warehouse=warehouse, raw=self.raw)

    def transform(self, extracted: Mapping[str, Any]) -> dict[str, Any]:
        return steps.transform(dict(extracted), raw=self.raw, processed=self.processed)

    def load(self, transformed: Mapping[str, Any] | Sequence[dict[str, Any]], run_id: str = "test") -> dict[str, Any]:
        records = dict(transformed) if isinstance(transformed, Mapping) else transformed
        with self.loading() as warehouse:
            return steps.load(records, processed=self.processed, warehouse=warehouse, run_id=run_id)

    def shop(self, *statements: str) -> None:
        """The shop commits these statements in one transaction."""
        with psycopg.connect(self.owner, options=search_path.option(self.environment.source_schema)) as connection:
            for statement in statements:
                assert connection.execute(statement).rowcount != 0, f"changed no row: {statement}"

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        with self.loading() as connection:
            return connection.execute(statement, values or None).fetchall()

    def held(self, table: str) -> Rows:
        """The current rows of a warehouse table, counted."""
        return Counter(self.query(HELD[table]))

    def expected(self, table: str) -> Rows:
        """The rows it must hold, counted, by SQL over the source."""
        with self.reading() as connection:
            return Counter(connection.execute(EXPECTED[table]).fetchall())

    def reading(self) -> closing[psycopg.Connection[tuple[Any, ...]]]:
        return closing(psycopg.connect(self.reader, options=search_path.option(self.environment.source_schema)))

    def loading(self) -> closing[psycopg.Connection[tuple[Any, ...]]]:
        options = search_path.option(self.environment.warehouse_schema)
        return closing(psycopg.connect(self.loader, options=options, autocommit=True))
