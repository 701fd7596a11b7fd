"""Noticing that something was committed in the source, within seconds and at next to no cost to it.

A watch says that there may be something, never what: the run that follows finds that out exactly, as every run does.
So it may be wrong the safe way (a rollback, a statement that touched no row), and what it misses the schedule finds.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg
from psycopg import sql

log = logging.getLogger(__name__)

Connection = psycopg.AsyncConnection[tuple[Any, ...]]
Connect = Callable[[], Awaitable[Connection]]
"""Opens a connection in autocommit: a transaction would see the same statistics for ever."""

CHANNEL = "totes_changed"
"""What the source's triggers notify, and the watch listens to."""

REST_S = 5.0
"""What is committed so soon after something was noticed is told of together, at the end of it: a run takes as long."""

FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
"""Between tries to connect: doubled each time."""

_ALIVE_S = 60.0  # without notifications: some proxies close what is silent longer

# PostgreSQL's own statistics: counted at the end of each transaction, of every size, and readable by everybody. A
# backend that committed within the last second may hold them back until it is idle for ten.
_WRITTEN = """
SELECT coalesce(sum(pg_stat_get_tuples_inserted(oid) + pg_stat_get_tuples_updated(oid)
                    + pg_stat_get_tuples_deleted(oid)), 0)::bigint
FROM (SELECT to_regclass(name)::oid AS oid FROM unnest(%s::text[]) AS name) AS watched
"""
_SILENT = """
SELECT name FROM unnest(%s::text[]) AS name
WHERE NOT EXISTS (SELECT FROM pg_trigger WHERE tgrelid = to_regclass(name) AND tgname = 'totes_changed')
ORDER BY name
"""


class Watch(Protocol):
    """A way of noticing."""

    def looks(self, connection: Connection) -> AsyncIterator[bool]:
        """Yields after every look whether there may be something; ends only by what the connection raises."""
        ...


@dataclass
class Poll:
    """Looks every ``seconds`` whether PostgreSQL counted another written row of the ``tables`` (schema and name)."""

    tables: Sequence[str]
    seconds: float
    _written: int | None = field(default=None, init=False)

    async def looks(self, connection: Connection) -> AsyncIterator[bool]:
        """The first look of all finds something; the first one after an outage only what was written meanwhile."""
        while True:
            cursor = await connection.execute(_WRITTEN, [list(self.tables)])
            (written,) = await cursor.fetchone() or (0,)
            found = written != self._written  # less is a change too: the statistics were reset
            self._written = written
            yield found
            await asyncio.sleep(self.seconds)


@dataclass
class Notify:
    """Waits for what triggers on the ``tables`` notify; what comes within ``seconds`` is one thing."""

    tables: Sequence[str]
    seconds: float

    async def looks(self, connection: Connection) -> AsyncIterator[bool]:
        """The first look on every connection finds something: of what was committed before, nobody notified it."""
        await connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(CHANNEL)))
        await self._warn_of_silence(connection)
        yield True
        while True:
            if found := await _heard(connection, timeout=_ALIVE_S, stop_after=1):
                await asyncio.sleep(self.seconds)
                await _heard(connection, timeout=0)
            else:
                await connection.execute("SELECT 1")
            yield bool(found)

    async def _warn_of_silence(self, connection: Connection) -> None:
        cursor = await connection.execute(_SILENT, [list(self.tables)])
        if silent := [name for (name,) in await cursor.fetchall()]:
            log.warning(
                "the source notifies nobody of changes in %s, so those wait for the schedule; its owner can have it"
                " notify by include/source/notify.sql",
                ", ".join(silent),
            )


async def _heard(connection: Connection, *, timeout: float, stop_after: int | None = None) -> int:
    return len([notice async for notice in connection.notifies(timeout=timeout, stop_after=stop_after)])


WAYS: Mapping[str, Callable[[Sequence[str], float], Watch]] = {"poll": Poll, "notify": Notify}
"""By the value of the setting `totes.watch_source`."""


async def changes(watch: Watch, connect: Connect) -> AsyncIterator[None]:
    """Yields whenever there may be something in the source, and never ends, whatever happens to the source.

    While it is away, connecting is tried again, ever more seldom, up to once a minute; the log says so once.
    """
    wait_s, away = FIRST_WAIT_S, False
    while True:
        try:
            connection = await connect()
            async with connection:
                async for found in watch.looks(connection):
                    if away:
                        log.info("the source is watched again")
                    wait_s, away = FIRST_WAIT_S, False
                    if found:
                        yield
                        await asyncio.sleep(REST_S)
        except Exception as error:  # a watch that ended would be started anew at once, for ever
            if not away:
                said = " ".join(str(error).split())
                log.warning("the source is not watched, only the schedule looks: %s: %s", type(error).__name__, said)
            away = True
        await asyncio.sleep(wait_s)
        wait_s = min(wait_s * 2, LONGEST_WAIT_S)
