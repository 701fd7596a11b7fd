"""Noticing: whatever commits is noticed once, outages are outlived, and the source's owner decides what it may cost."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass

import psycopg
import pytest

from include.catalog import SOURCE_FED
from include.source import watch
from local import source
from tests.conftest import SourceDb

TABLES = sorted({f"public.{found.name}" for table in SOURCE_FED for found in table.source_tables})
EDIT = "UPDATE staff SET last_name = last_name || '!' WHERE staff_id = 1"
QUIET_S = 0.6  # longer than anything here waits for
WAYS = pytest.mark.parametrize("way", list(watch.WAYS))


@dataclass
class Noticed:
    """How often something was noticed."""

    times: int = 0

    async def count(self, changes: AsyncIterator[None]) -> None:
        async for _ in changes:
            self.times += 1

    async def becomes(self, times: int, quiet_s: float = QUIET_S) -> None:
        async with asyncio.timeout(15):
            while self.times < times:
                await asyncio.sleep(0.01)
        await asyncio.sleep(quiet_s)
        assert self.times == times


@pytest.fixture(autouse=True)
def _in_a_hurry(monkeypatch):
    monkeypatch.setattr(watch, "REST_S", 0.1)
    monkeypatch.setattr(watch, "FIRST_WAIT_S", 0.2)


@pytest.fixture
def notifying_shop(shop):
    source.notify(shop.owner, wanted=True)
    return shop


@contextlib.asynccontextmanager
async def _watched(shop: SourceDb, way: str, connect: watch.Connect | None = None) -> AsyncIterator[Noticed]:
    """What is noticed in the shop while the block runs, by the role that may only read."""

    async def opened() -> watch.Connection:
        return await psycopg.AsyncConnection.connect(shop.reader, autocommit=True)

    noticed = Noticed()
    task = asyncio.create_task(noticed.count(watch.changes(watch.WAYS[way](TABLES, 0.05), connect or opened)))
    try:
        yield noticed
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


@WAYS
def test_the_first_look_then_each_commit_is_noticed_and_nothing_else(notifying_shop, way):
    async def story() -> None:
        async with _watched(notifying_shop, way) as noticed:
            await noticed.becomes(1)
            with psycopg.connect(notifying_shop.owner) as owner:
                owner.execute(EDIT)
                await noticed.becomes(1)  # not committed yet
            await noticed.becomes(2)
            with psycopg.connect(notifying_shop.owner) as owner:
                owner.execute("CREATE TABLE another (number integer)")
                owner.execute("INSERT INTO another VALUES (1)")
            await noticed.becomes(2)  # none of ours

    asyncio.run(story())


@WAYS
def test_no_table_is_left_out(notifying_shop, way):
    async def story() -> None:
        async with _watched(notifying_shop, way) as noticed:
            for times, table in enumerate(TABLES, start=1):
                await noticed.becomes(times, quiet_s=0.2)
                with psycopg.connect(notifying_shop.owner) as owner:
                    owner.execute(f"UPDATE {table} SET last_updated = now()".encode())
            await noticed.becomes(1 + len(TABLES))

    asyncio.run(story())


@WAYS
def test_what_commits_together_is_noticed_once(notifying_shop, way, monkeypatch):
    monkeypatch.setattr(watch, "REST_S", 1.5)

    async def story() -> None:
        async with _watched(notifying_shop, way) as noticed:
            await noticed.becomes(1)
            for _ in range(5):
                with psycopg.connect(notifying_shop.owner) as owner:
                    owner.execute(EDIT)
                await asyncio.sleep(0.05)
            await noticed.becomes(2)
            await asyncio.sleep(1.5)
            await noticed.becomes(2)

    asyncio.run(story())


@WAYS
def test_what_commits_while_the_watch_is_away_is_noticed_when_it_is_back(notifying_shop, way, caplog):
    caplog.set_level("INFO", logger=watch.__name__)

    answers = iter(("connects", "is away", "is away", "connects"))

    async def connect() -> watch.Connection:
        if next(answers) == "is away":
            with psycopg.connect(notifying_shop.owner) as owner:
                owner.execute(EDIT)
            raise psycopg.OperationalError("nobody answers")
        return await psycopg.AsyncConnection.connect(notifying_shop.reader, autocommit=True)

    async def story() -> None:
        async with _watched(notifying_shop, way, connect) as noticed:
            await noticed.becomes(1)
            _end_sessions_of_the_reader(notifying_shop)
            await noticed.becomes(2)

    asyncio.run(story())
    away, back = caplog.messages
    assert away.startswith("the source is not watched, only the schedule looks: ")
    assert back == "the source is watched again"


def test_after_an_outage_without_changes_a_poll_notices_nothing(shop):
    async def story() -> None:
        async with _watched(shop, "poll") as noticed:
            await noticed.becomes(1)
            _end_sessions_of_the_reader(shop)
            await noticed.becomes(1)

    asyncio.run(story())


def test_a_shop_that_does_not_notify_is_said_to(shop, caplog):
    async def story() -> None:
        async with _watched(shop, "notify") as noticed:
            await noticed.becomes(1)

    asyncio.run(story())
    (said,) = caplog.records
    assert all(table in said.getMessage() for table in TABLES)


def test_the_shop_is_as_it_was_when_nobody_is_to_be_notified_any_more(notifying_shop):
    count = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"
    with psycopg.connect(notifying_shop.reader) as reader:
        assert reader.execute(count).fetchone() == (len(TABLES),)
    source.notify(notifying_shop.owner, wanted=False)
    with psycopg.connect(notifying_shop.reader) as reader:
        assert reader.execute(count).fetchone() == (0,)


def _end_sessions_of_the_reader(shop: SourceDb) -> None:
    """As a restart of the server would; a role may end its own sessions."""
    with psycopg.connect(shop.reader) as reader:
        reader.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()"
        )
