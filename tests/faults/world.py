"""A pipeline between a shop with a truth log, two buckets and a warehouse, each reached through a proxy."""

import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from include.errors import PermanentError, TotesError
from include.planning import Request
from tests.faults.child import Child, Ends
from tests.faults.figures import Figures, compare, regressions
from tests.faults.polls import CHANGES, PLANNING, Polls
from tests.faults.proxy import Proxy, Rule
from tests.faults.servers import Servers
from tests.pipeline import Pipeline

TRIES = 3  # the first and two more, as the DAG declares
STEPS = ("extract", "transform", "load")
# As production's connections, with shorter time-outs.
_LIBPQ = {"connect_timeout": "2", "keepalives_idle": "5", "tcp_user_timeout": "5000", "application_name": "totes_etl"}


@dataclass
class Cycle:
    """What one run of the pipeline did: the record of each load, the error of each task that failed for good."""

    loads: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    failures: dict[str, Exception] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.failures


@dataclass
class World:
    """Everything that one fault is tried on; `seed` decides whatever is left to chance."""

    servers: Servers
    source_name: str
    warehouse_name: str
    buckets: tuple[str, str]
    seed: int
    tables: tuple[str, ...]
    source: Proxy
    warehouse: Proxy
    lake: Proxy
    cycles: int = 0

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311  repeatable chance, no secret
        self.client = self.servers.aws.s3(self.servers.secrets)
        self.polls = Polls(self.client, self.buckets[0], self.owner)
        self.pipeline: Pipeline = self.ends().pipeline()
        self.tried: list[tuple[str, Exception]] = []
        """Every error of every try."""

    @property
    def owner(self) -> str:
        """The shop's own connection: no proxy between."""
        return self.servers.source.conninfo(self.source_name, "shop")

    @property
    def loader(self) -> str:
        """The pipeline's connection to the warehouse, without the proxy."""
        return self.servers.warehouse.conninfo(self.warehouse_name, "totes_etl")

    @property
    def warehouse_owner(self) -> str:
        """The connection of the warehouse's owner, without the proxy."""
        return self.servers.warehouse.conninfo(self.warehouse_name, "warehouse_owner")

    def ends(self) -> Ends:
        """What the pipeline connects to: the proxies."""
        reader = self.servers.source.conninfo(self.source_name, "totes_reader")
        return Ends(
            owner=self.owner,
            reader=make_conninfo(reader, port=self.source.port, **_LIBPQ),
            loader=make_conninfo(self.loader, port=self.warehouse.port, **_LIBPQ),
            endpoint_url=f"http://127.0.0.1:{self.lake.port}",
            region="eu-west-2",
            access_key_id=self.servers.secrets.aws_access_key_id,
            secret_access_key=self.servers.secrets.aws_secret_access_key,
            raw=self.buckets[0],
            processed=self.buckets[1],
        )

    def shop(self, *statements: str) -> None:
        """The shop commits these statements in one transaction; each must change something."""
        with psycopg.connect(self.owner) as connection:
            for statement in statements:
                assert connection.execute(statement.encode()).rowcount != 0, f"changed no row: {statement}"

    def admin(self, *statements: str) -> None:
        """The superuser changes the source database."""
        with psycopg.connect(self.servers.source.conninfo(self.source_name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())

    def query(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Rows of the warehouse."""
        with psycopg.connect(self.loader, autocommit=True) as connection:
            rows = connection.execute(statement.encode(), values or None)
            return rows.fetchall() if rows.description else []

    def cycle(self, request: Request | None = None) -> Cycle:
        """One run as Airflow makes it: tables on their own, every step tried three times."""
        self.cycles += 1
        cycle = Cycle()
        request = request or Request(tables=self.tables)
        planned = self._tried(cycle, "plan", lambda: self.pipeline.plan(request))
        for table in planned or ():
            self.group(cycle, table, request)
        return cycle

    def group(self, cycle: Cycle, table: str, request: Request | None = None) -> None:
        """One table's three steps."""
        extracted = self._tried(
            cycle, f"{table}.extract", lambda: self.pipeline.extract(table, request or Request(tables=(table,)))
        )
        if extracted is None:
            return
        transformed = self._tried(cycle, f"{table}.transform", lambda: self.pipeline.transform(extracted))
        if transformed is None:
            return
        loaded = self._tried(cycle, f"{table}.load", lambda: self.pipeline.load(transformed))
        if loaded is not None:
            cycle.loads[table] = loaded

    def child(self, step: str, *arguments: Any, **limits: Any) -> Child:
        """A step in a process of its own."""
        return Child(self.ends(), step, *arguments, **limits)

    def under(self, proxy: Proxy, rule: Rule, act: Callable[[], Any]) -> Any:
        """Do something while a proxy follows a rule; the rule must strike."""
        proxy.rule = rule
        try:
            return act()
        finally:
            proxy.rule = Rule(times=0)
            struck = rule.hit or rule.delay_s or rule.gate
            assert struck, "the proxy's rule never struck: the fault did not happen"

    def _tried(self, cycle: Cycle, task: str, act: Callable[[], Any]) -> Any:
        for number in range(TRIES):
            try:
                returned = act()
            except Exception as error:
                self.tried.append((task, error))
                cycle.failures[task] = error
                if isinstance(error, PermanentError):
                    return None
                time.sleep(0.1 * number)
            else:
                cycle.failures.pop(task, None)
                return returned
        return None

    def figures(self) -> Figures:
        """The warehouse against the truth, as they stand."""
        with psycopg.connect(self.owner, options=PLANNING) as source, psycopg.connect(self.loader) as warehouse:
            return compare(source, warehouse, self.polls, self.tables)

    def figures_after(self, tampering: str) -> Figures:
        """The same with the warehouse tampered with, which is then taken back."""
        with psycopg.connect(self.owner, options=PLANNING) as source, psycopg.connect(self.loader) as warehouse:
            warehouse.execute(tampering.encode())
            figures = compare(source, warehouse, self.polls, self.tables)
            warehouse.rollback()
        return figures

    def regressions(self) -> int:
        """How often a watermark moved backwards."""
        with psycopg.connect(self.loader) as warehouse:
            return regressions(warehouse)

    def swap_source(self, name: str) -> None:
        """The connection to the source leads to another database from now on."""
        self.polls.note()
        self.source_name = name
        self.polls.source = self.owner
        self.pipeline = self.ends().pipeline()

    def warehouse_as_it_was(self, act: Callable[[], Any]) -> None:
        """Back the warehouse up, do something, and restore it."""
        backup = f"{self.warehouse_name}_backup"
        server = self.servers.warehouse
        server.create(backup, "warehouse", self.warehouse_name)
        act()
        server.drop(self.warehouse_name)
        server.create(self.warehouse_name, "warehouse", backup)
        server.drop(backup)

    def unsorted(self) -> Sequence[tuple[str, Exception]]:
        """The errors that the pipeline did not sort as its own."""
        return [(task, error) for task, error in self.tried if not isinstance(error, TotesError)]

    def reread(self) -> float | None:
        """Rows that polls for changes of facts read, for each version that they gave."""
        facts = tuple(table for table in self.tables if table.startswith("fact_"))
        read = self.polls.rows_read(facts)
        rows = self.query(
            "SELECT sum(rows_new + rows_revised) FROM etl_ledger WHERE mode = ANY(%s) AND table_name = ANY(%s)",
            list(CHANGES),
            list(facts),
        )
        return round(read / int(rows[0][0]), 2) if read and rows[0][0] else None
