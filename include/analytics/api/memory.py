"""Answers kept until a load changes what they depend on: their names hold the ledger's version, so none goes stale."""

from collections.abc import Callable
from threading import Lock

from cachetools import LRUCache

_BYTES = 64 * 1024 * 1024
_STRIPES = 64


class Memory:
    """At most so many bytes of answers, the least used ones dropped first; safe to be used by many threads."""

    def __init__(self, size: int = _BYTES) -> None:
        self._answers: LRUCache[str, bytes] = LRUCache(maxsize=size, getsizeof=len)
        self._lock = Lock()
        self._composing = [Lock() for _ in range(_STRIPES)]

    def recall(self, name: str, compose: Callable[[], bytes]) -> bytes:
        """The answer of that name, composed if it is not kept; two who ask at once wait for one composing."""
        with self._composing[hash(name) % _STRIPES]:
            with self._lock:
                kept = self._answers.get(name)
            if kept is None:
                kept = compose()
                self._keep(name, kept)
            return kept

    def _keep(self, name: str, answer: bytes) -> None:
        with self._lock:
            if len(answer) <= self._answers.maxsize // 8:
                self._answers[name] = answer
