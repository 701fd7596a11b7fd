"""`make bench-data-plane`: ROWS=2000000 REPEATS=2 PEERS=dlt,dlt-adbc,ingestr,pandas; ROWS=10000000 for memory.

In every repeat each one loads a shop's orders into an empty database of its own, then one order in a hundred is edited
all over the table, and each one loads that. Every step is a process of its own.
"""

import os
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from benchmarks.data_plane import limit
from benchmarks.data_plane.ground import Ground, ground
from benchmarks.data_plane.peers import HOME, PANDAS_ROWS, PEERS, Peer, holds, install, uri
from benchmarks.data_plane.programs import Measured, run
from benchmarks.data_plane.results import Results
from local import databases

FIRST, DELTA, CHECK = "first load", "1 % delta", "no-change check"
OWNER, LOADER = databases.OWNERS["warehouse"], databases.LOADERS["warehouse"]
_OURS = ("extract", "transform", "load")


def main() -> None:
    """Measure, print the table and keep every figure."""
    rows = int(os.environ.get("ROWS") or 2_000_000)
    results = Results(rows)
    peers = _chosen(results)
    HOME.mkdir(parents=True, exist_ok=True)
    with ground(rows) as ready:
        for number in range(int(os.environ.get("REPEATS") or 2)):
            _say(f"repeat {number + 1}: {rows:,} rows")
            with ExitStack() as stack:
                _Repeat(ready, results, number, rows).measure(stack, peers)
    results.save(HOME / "results.json")
    _say(f"\n{results.table()}\n\nEvery figure: {HOME / 'results.json'}")


@dataclass(frozen=True)
class _Repeat:
    ready: Ground
    results: Results
    number: int
    rows: int

    def measure(self, stack: ExitStack, peers: list[Peer]) -> None:
        """Everybody's first load, then everybody's delta."""
        limited, ours = (stack.enter_context(self.ready.warehouse(role)) for role in (OWNER, LOADER))
        limit.prepare(limited)
        given = {peer.name: self._given(stack, peer) for peer in peers}
        settings = self._settings(stack, ours)
        _program("benchmarks.data_plane.ours", "dimensions", settings)
        self._limit(limited, FIRST)
        self._ours(settings, FIRST)
        self._add(f"ours, {CHECK}", lambda: _program("benchmarks.data_plane.ours", "plan", settings))
        able = [peer for peer in peers if self._peer(peer, FIRST, given[peer.name])]
        since = datetime.now(UTC).replace(tzinfo=None)
        changed = self.ready.change(100, self.number)
        self._limit(limited, DELTA, since)
        self._ours(settings, DELTA)
        for peer in able:
            if peer.delta:
                self._peer(peer, DELTA, given[peer.name] | {"since": since.isoformat(timespec="seconds")})
        self._compare(ours, changed)

    def _settings(self, stack: ExitStack, warehouse: str) -> dict[str, Any]:
        lake = stack.enter_context(self.ready.lake())
        names = {"endpoint_url": "AWS_ENDPOINT_URL", "region_name": "AWS_DEFAULT_REGION"}
        names |= {name.lower(): name for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")}
        s3 = {name: lake.environment[variable] for name, variable in names.items()}
        ends = {"source": self.ready.reader, "warehouse": warehouse}
        return {**ends, "raw": lake.raw, "processed": lake.processed, "s3": s3}

    def _given(self, stack: ExitStack, peer: Peer) -> dict[str, Any]:
        warehouse = stack.enter_context(self.ready.warehouse(OWNER, migrated=False))
        with psycopg.connect(warehouse) as connection:
            connection.execute("CREATE SCHEMA pandas")
        folder = str(self.ready.folder / f"{peer.name}-{self.number}")
        uris = {"source_uri": uri(self.ready.reader), "warehouse_uri": uri(warehouse)}
        return {**uris, "warehouse": warehouse, "folder": folder, "rows": min(PANDAS_ROWS, self.rows)}

    def _limit(self, warehouse: str, what: str, since: datetime | None = None) -> None:
        given = {"source": self.ready.reader, "warehouse": warehouse, "since": str(since)}
        step = "delta" if since else "first"
        self._add(f"limit, {what}", lambda: _program("benchmarks.data_plane.limit", step, given))

    def _ours(self, settings: dict[str, Any], what: str) -> None:
        """The three tasks one after another, and their sum."""
        self.ready.checkpoint()
        done: list[Measured] = []
        for step in _OURS:
            before = done[-1].answer if done else None
            done.append(_program("benchmarks.data_plane.ours", step, settings | {"before": before}))
            self.results.add(f"ours, {what}: {step}", done[-1])
        whole = Measured(sum(one.seconds for one in done), max(one.peak_mb for one in done))
        self._note(f"ours, {what}", self.results.add(f"ours, {what}", whole))

    def _peer(self, peer: Peer, what: str, given: dict[str, Any]) -> bool:
        """Whether it did it, and holds what the shop holds."""
        rows = given["rows"] if peer.name == "pandas" else None
        name = f"{peer.name}, {what}" + (f" of {rows:,} rows only" if rows else "")
        step = peer.first if what == FIRST else peer.delta
        assert step  # noqa: S101  asked before
        try:
            self._add(name, lambda: step(given))
        except RuntimeError as error:
            return self._complain(f"{name}: NOT MEASURED: {error}")
        found, expected = holds(given["warehouse"], peer.table), holds(self.ready.reader, "sales_order", rows)
        if found != expected:
            return self._complain(f"{name}: NOT RIGHT: it holds {found}, the shop {expected} (count, sum of units)")
        return True

    def _compare(self, warehouse: str, changed: int) -> None:
        found = holds(warehouse, "fact_sales_order_current")
        expected = holds(self.ready.reader, "sales_order")
        versions = holds(warehouse, "fact_sales_order")[0]
        if found != expected or versions != self.rows + changed:
            self._complain(f"ours: NOT RIGHT: {found} in {versions} versions, the shop {expected}")

    def _add(self, what: str, measure: Any) -> None:
        self.ready.checkpoint()
        self._note(what, self.results.add(what, measure()))

    def _note(self, what: str, measured: Measured) -> None:
        _say(f"  {what:40} {measured.seconds:7.2f} s {measured.peak_mb:6.0f} MB")

    def _complain(self, words: str) -> bool:
        _say(f"  !! {words}")
        self.results.notes.append(words)
        return False


def _chosen(results: Results) -> list[Peer]:
    names = [name for name in os.environ.get("PEERS", "dlt,dlt-adbc,ingestr,pandas").split(",") if name]
    if not names:
        return []
    if problem := install():
        results.notes.append(f"NO PEER WAS MEASURED, they could not be installed: {problem}")
        _say(f"!! {results.notes[-1]}")
        return []
    return [peer for peer in PEERS if peer.name in names]


def _program(module: str, step: str, given: dict[str, Any]) -> Measured:
    return run([sys.executable, "-m", module, step], given)


def _say(line: str) -> None:
    os.write(1, f"{time.strftime('%H:%M:%S ') if line.startswith(' ') else ''}{line}\n".encode())


if __name__ == "__main__":
    main()
