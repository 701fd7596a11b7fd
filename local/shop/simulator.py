"""The shop goes on living: orders, payments and edits, one committed transaction after the other."""

import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from random import SystemRandom
from typing import Any

import psycopg
from psycopg import Connection

from local.shop import counter, desk, statements
from local.shop.dice import Dice, dice
from local.shop.errors import ShopError
from local.shop.events import PER_DAY, WORKING_DAY_S, Event, Kind
from local.shop.orders import Choices

DEFAULT_SPEED = 700.0
"""How many times faster than the real shop: an event about every two seconds."""

_ACTIONS: dict[Kind, Callable[[Connection[Any], Dice, Choices], Event]] = {
    Kind.SALE: counter.place_sale,
    Kind.PURCHASE: counter.place_purchase,
    Kind.COLLECTION: counter.collect_payments,
    Kind.DESIGN: counter.make_design,
    Kind.SILENT_EDIT: desk.edit_silently,
    **{kind: partial(desk.edit_openly, kind=kind) for kind in desk.EDITED_TABLES},
}


class Simulator:
    """Plays the shop's application on an open connection.

    The seed decides what happens; the server's clock decides when. The connection must have no
    transaction open, for an order's time is its transaction's.
    """

    def __init__(self, conn: Connection[Any], seed: int) -> None:
        self._conn = conn
        self._dice = dice(seed)

    def step(self) -> Event:
        """Let the next event happen and commit it.

        Raises `ShopError` in an empty shop, `psycopg.Error` if the database fails.
        """
        (kind,) = self._dice.choices(list(PER_DAY), weights=list(PER_DAY.values()))
        return self.play(kind)

    def play(self, kind: Kind) -> Event:
        """Let an event of this kind happen and commit it; errors as for `step`."""
        if self._conn.info.transaction_status is not psycopg.pq.TransactionStatus.IDLE:
            raise ShopError("totesys: the simulator's connection has a transaction open; commit it first.")
        with self._conn.transaction():
            return _ACTIONS[kind](self._conn, self._dice, statements.choices(self._conn))

    def pause_s(self, speed: float) -> float:
        """Draw the seconds until the next event at `speed` times the real shop's pace; it is open day and night."""
        return self._dice.uniform(0.5, 1.5) * WORKING_DAY_S / sum(PER_DAY.values()) / speed


def run(
    conninfo: str,
    *,
    speed: float | None = None,
    seed: int | None = None,
    events: int | None = None,
    seconds: float | None = None,
) -> int:
    """Let the shop live until Ctrl-C or SIGTERM, or for `events` events or `seconds` seconds; return an exit code.

    `speed` is how many times faster than the real shop (None: `DEFAULT_SPEED`), `seed` decides what
    happens (None: chance). Prints a line an event and a summary at the end. 0: ended as asked; 1: the
    database or the shop is not there (or went away), which the last line says.
    """
    speed = DEFAULT_SPEED if speed is None else speed
    if not speed > 0:  # also refuses NaN
        _say(f"The shop's speed is {speed}; expected more than 0. 1 is the real shop, {DEFAULT_SPEED:g} the default.")
        return 1
    seed = SystemRandom().randrange(1_000_000) if seed is None else seed
    happened: Counter[Kind] = Counter()
    started = time.monotonic()
    failure: str | None = None
    try:
        with _until_signalled() as stop, psycopg.connect(conninfo, autocommit=True, connect_timeout=10) as conn:
            _say(f"The shop is open, {speed:g} times the real pace, seed {seed}. Ctrl-C closes it.")
            _live(Simulator(conn, seed), stop, happened, speed=speed, events=events, ends=_after(started, seconds))
    except (psycopg.Error, ShopError) as error:
        failure = _complaint(error)
    if happened or not failure:
        _say(_summary(happened, time.monotonic() - started))
    if failure:
        _say(failure)
    return 1 if failure else 0


def _live(
    shop: Simulator,
    stop: threading.Event,
    happened: Counter[Kind],
    *,
    speed: float,
    events: int | None,
    ends: float | None,
) -> None:
    while not stop.is_set() and (events is None or happened.total() < events):
        event = shop.step()
        happened[event.kind] += 1
        _say(f"{time.strftime('%H:%M:%S')}  {event}")
        pause = shop.pause_s(speed)
        if ends is not None and time.monotonic() + pause > ends:
            stop.wait(max(0.0, ends - time.monotonic()))
            return
        if events is None or happened.total() < events:
            stop.wait(pause)


@contextmanager
def _until_signalled() -> Iterator[threading.Event]:
    """Yield an event that Ctrl-C and SIGTERM set, so that a transaction under way is finished first.

    A second signal does what it did before: a database that hangs cannot keep the program.
    """
    stop = threading.Event()

    def close(number: int, _: object) -> None:
        stop.set()
        signal.signal(number, earlier[signal.Signals(number)])

    earlier = {number: signal.signal(number, close) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, action in earlier.items():
            signal.signal(number, action)


def _after(started: float, seconds: float | None) -> float | None:
    return None if seconds is None else started + seconds


def _complaint(error: psycopg.Error | ShopError) -> str:
    if isinstance(error, ShopError):
        return str(error)
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"The shop's database totesys failed: {lines[0]}. See `make status`, start it by `make run`, try again."


def _summary(happened: Counter[Kind], seconds: float) -> str:
    kinds = ", ".join(f"{kind} {happened[kind]}" for kind in Kind if happened[kind])
    return f"The shop closed after {seconds:.0f} s and {happened.total()} events{': ' * bool(kinds)}{kinds}."


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()
