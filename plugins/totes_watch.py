"""What starts a run as soon as something is committed in the shop: an asset, watched in the triggerer.

Every component imports this file when it starts, and tasks are forked from one of them. So nothing heavy is imported
at the top, and nothing of `include`, which a task would then see as it was when the scheduler started.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from airflow.triggers.base import BaseEventTrigger, TriggerEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from include.source.watch import Connection

# A look that takes longer is no cheap one; a half-open connection is given up after about a minute.
_LIBPQ = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
    "application_name": "totes_watch",
}
_LIMITS = "-c statement_timeout=10s -c default_transaction_read_only=on"


class SourceChanged(BaseEventTrigger):
    """Fires when something may have been committed in the tables of an Airflow connection's database.

    ``way`` and ``seconds`` are those of the setting `totes.watch_source`; ``tables`` carry their schema.
    """

    def __init__(self, connection: str, way: str, seconds: int, tables: Sequence[str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # Airflow's own
        self._connection, self._way, self._seconds, self._tables = connection, way, seconds, list(tables)

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """What makes it again in the triggerer."""
        arguments = {"connection": self._connection, "way": self._way, "seconds": self._seconds, "tables": self._tables}
        return "totes_watch.SourceChanged", arguments

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """An event whenever there may be something to read. It never ends, whatever happens to the source."""
        from include.source import watch

        chosen = watch.WAYS[self._way](self._tables, self._seconds)
        async for _ in watch.changes(chosen, self._connect):
            yield TriggerEvent({"noticed_at": datetime.now(UTC).isoformat()})  # type: ignore[no-untyped-call]

    async def _connect(self) -> Connection:
        import psycopg
        from airflow.sdk import BaseHook

        from include import tls
        from include.settings import TlsSettings

        found = await BaseHook.aget_connection(self._connection)
        given = {name: value for name, value in found.extra_dejson.items() if name in _libpq_options()}
        where = {"host": found.host, **given}
        given |= tls.required(f"Airflow connection {self._connection}", where, TlsSettings.from_environment())
        given["options"] = f"{given.get('options', '')} {_LIMITS}".strip()
        return await psycopg.AsyncConnection.connect(
            host=found.host,
            port=found.port,
            dbname=found.schema,
            user=found.login,
            password=found.password,
            autocommit=True,
            **_LIBPQ | given,
        )


def _libpq_options() -> set[str]:
    """What libpq understands of a connection's extras; the rest is for Airflow's own hook."""
    from psycopg import pq

    return {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
