"""What a step costs: seconds, rows that PostgreSQL looked at, requests to S3 and keys that it listed."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.growth.ground import Ground

# Rows read one after the other, and entries read in indexes: whatever a step had to look at.
_LOOKED_AT = """
SELECT coalesce(sum(seq_tup_read), 0)::bigint
       + (SELECT coalesce(sum(idx_tup_read), 0)::bigint FROM pg_stat_user_indexes)
FROM pg_stat_user_tables
"""
_SETTLED_S = 0.15  # a session's counts are added up when it ends


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one step did; ``rows_source`` and ``rows_warehouse`` were looked at by PostgreSQL, not returned."""

    seconds: float
    rows_source: int
    rows_warehouse: int
    s3_requests: int
    s3_keys: int


class Meter:
    """Measures steps on a ground."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._requests = self._keys = 0
        events = ground.pipeline.raw._client.meta.events
        events.register("before-call.s3", self._count_request)
        events.register("after-call.s3.ListObjectsV2", self._count_keys)

    def cost(self, step: Callable[[], Any]) -> Cost:
        """Do a step once and say what it cost."""
        before = self._looked_at()
        self._requests = self._keys = 0
        started = time.perf_counter()
        step()
        seconds = time.perf_counter() - started
        requests, keys = self._requests, self._keys
        after = self._looked_at()
        return Cost(
            seconds=seconds,
            rows_source=after[0] - before[0],
            rows_warehouse=after[1] - before[1],
            s3_requests=requests,
            s3_keys=keys,
        )

    def _looked_at(self) -> tuple[int, ...]:
        time.sleep(_SETTLED_S)
        return tuple(self._rows(database) for database in ("totesys", "warehouse"))

    def _rows(self, database: str) -> int:
        with self._ground.servers.admin(database) as connection:
            (rows,) = connection.execute(_LOOKED_AT).fetchone() or (0,)
        return int(str(rows))

    def _count_request(self, **_: object) -> None:
        self._requests += 1

    def _count_keys(self, parsed: dict[str, Any], **_: object) -> None:
        self._keys += len(parsed.get("Contents", ()))
