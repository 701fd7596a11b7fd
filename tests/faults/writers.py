"""Sixteen connections that write to the shop at once, each in its own way, decided by a seed."""

import random
import threading
from collections.abc import Sequence
from types import TracebackType

import psycopg

from tests.faults.transactions import KINDS, Kind
from tests.faults.world import World

# What happens among writers everywhere: one of two gives way, and its transaction is gone.
_GAVE_WAY = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.UniqueViolation,
    psycopg.errors.LockNotAvailable,
    psycopg.errors.ForeignKeyViolation,
)


class Writers:
    """While the block runs, `count` connections commit `transactions` each; its end waits for them all."""

    def __init__(
        self, world: World, *, transactions: int, count: int = 16, kinds: Sequence[Kind] = tuple(KINDS.values())
    ) -> None:
        self._world = world
        self._failures: list[Exception] = []
        self.committed = 0
        self._threads = [
            threading.Thread(target=self._write, args=(number, transactions, kinds)) for number in range(count)
        ]

    def __enter__(self) -> "Writers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for thread in self._threads:
            thread.join()
        assert not self._failures, self._failures
        assert self.committed, "no writer committed anything"

    @property
    def are_writing(self) -> bool:
        return any(thread.is_alive() for thread in self._threads)

    def _write(self, number: int, transactions: int, kinds: Sequence[Kind]) -> None:
        chance = random.Random(f"{self._world.seed}/{number}")  # noqa: S311  repeatable chance, no secret
        try:
            with psycopg.connect(self._world.owner, autocommit=True) as connection:
                connection.execute("SET lock_timeout = '5s'")
                for turn in range(transactions):
                    kind = kinds[(number + turn) % len(kinds)]
                    try:
                        kind(connection, chance)
                    except _GAVE_WAY:
                        continue
                    self.committed += 1
        except Exception as error:
            self._failures.append(error)
