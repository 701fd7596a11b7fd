"""Airflow's tasks on Celery: the workers, and what Airflow is told so that a killed one is noticed soon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from local.program import HOST
from local.redis import Redis

_NOTICED_AFTER_S = 60
_REDELIVERED_AFTER_S = 3600


@dataclass(frozen=True, slots=True)
class Celery:
    """So many workers on this machine, with so many slots each, and the Redis between them and the scheduler."""

    redis: Redis
    workers: int
    slots: int

    @property
    def names(self) -> tuple[str, ...]:
        """The workers' programs."""
        return tuple(f"worker-{number}" for number in range(1, self.workers + 1))

    def command(self, name: str) -> tuple[str, ...]:
        """A worker's arguments of `airflow`; it serves no logs: they are in a folder that all see."""
        return ("celery", "worker", "--celery-hostname", f"{name}@{HOST}", "--skip-serve-logs", "--without-gossip")

    def options(self) -> dict[str, Mapping[str, object]]:
        """Airflow's settings by section.

        A task whose worker is gone stops to send heartbeats: the scheduler then tries it again. Redis would give
        its message out a second time too; that is kept later than any task takes, and is refused as an old try.
        """
        return {
            "core": {"executor": "CeleryExecutor", "parallelism": self.slots * self.workers},
            "celery": {
                "broker_url": self.redis.url(0),
                "result_backend": self.redis.url(1),
                "worker_concurrency": self.slots,
                "worker_prefetch_multiplier": 1,
            },
            "celery_broker_transport_options": {"visibility_timeout": _REDELIVERED_AFTER_S},
            "scheduler": {"task_instance_heartbeat_timeout": _NOTICED_AFTER_S},
        }
