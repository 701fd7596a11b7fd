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

# A look that takes longer is no cheap one.
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

        from include import connections

        found = await BaseHook.aget_connection(self._connection)
        parts = connections.parts_of(found.host, found.port, found.login, found.password, found.schema)
        extra = {**connections.PATIENCE, "application_name": "totes_watch", **found.extra_dejson}
        extra["options"] = f"{extra.get('options', '')} {_LIMITS}".strip()
        conninfo = connections.of_parts(f"Airflow connection {self._connection}", parts, extra)
        return await psycopg.AsyncConnection.connect(conninfo, autocommit=True)
