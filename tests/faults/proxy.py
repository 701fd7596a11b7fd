"""A small TCP proxy on the loopback address that can cut, delay, go silent, and lose the answer to a COMMIT."""

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

Direction = Literal["to_server", "to_client"]

_CHUNK = 16 * 1024
_COMMIT = b"COMMIT\x00"
_HTTP = (b"PUT ", b"GET ", b"HEAD ", b"POST ", b"DELETE ")
_SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Reduce your request rate</Message></Error>"
_UNAVAILABLE = (
    b"HTTP/1.1 503 Slow Down\r\nContent-Type: application/xml\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%s" % (len(_SLOW_DOWN), _SLOW_DOWN)
)


@dataclass
class Rule:
    """What happens to the traffic; `times` counts down (connections, commits or requests), then all is well again."""

    times: int = 1
    cut_after: int | None = None
    """Bytes in `direction`, all connections together, after which a connection is reset."""
    call_after: tuple[int, Callable[[], object]] | None = None
    """The same, but calls this instead of cutting."""
    direction: Direction = "to_client"
    delay_s: float = 0.0
    """Waited before each chunk in either direction."""
    half_open: bool = False
    """Connections are accepted and never answered."""
    lose_commit_answer: bool = False
    """A COMMIT reaches the server; its answer does not come back."""
    unavailable: bool = False
    """An HTTP request is answered with 503."""
    gate: threading.Event | None = None
    """Nothing passes to the server until it is set."""
    hit: int = 0
    """How often it struck."""
    passed: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def strike(self) -> bool:
        """Use it up by one; False once it is used up."""
        with self.lock:
            if self.times <= 0:
                return False
            self.times -= 1
            self.hit += 1
            return True

    def count(self, size: int) -> int:
        """Add bytes that passed; returns the sum."""
        with self.lock:
            self.passed += size
            return self.passed


class Proxy:
    """Forwards its own port to another on the loopback address, under one `rule` that may change at any time."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.rule = Rule(times=0)
        self.carried: dict[Direction, int] = {"to_server": 0, "to_client": 0}
        """Bytes so far, by direction."""
        self.held = 0
        """Chunks that a gate has held up."""
        self._open: set[socket.socket] = set()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Listen no more and end every connection."""
        self._listener.close()
        self.cut()

    def cut(self) -> None:
        """Reset every open connection."""
        for end in list(self._open):
            _reset(end)
        self._open.clear()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        if self.rule.half_open and self.rule.strike():
            return  # it stays open, and silent
        try:
            server = socket.create_connection(("127.0.0.1", self._target), timeout=5)
        except OSError:
            _reset(client)
            return
        server.settimeout(None)
        self._open.add(server)
        pair = _Pair(client, server)
        answers = threading.Thread(target=self._pump, args=(pair, "to_client"), daemon=True)
        answers.start()
        self._pump(pair, "to_server")
        answers.join()
        pair.close()
        self._open -= {client, server}

    def _pump(self, pair: "_Pair", direction: Direction) -> None:
        source, target = (pair.client, pair.server) if direction == "to_server" else (pair.server, pair.client)
        try:
            while chunk := source.recv(_CHUNK):
                if not self._pass(pair, direction, chunk):
                    return
                target.sendall(chunk)
                self.carried[direction] += len(chunk)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pair.reset()

    def _pass(self, pair: "_Pair", direction: Direction, chunk: bytes) -> bool:
        """Apply the rule to a chunk; False where the connection was ended instead."""
        rule = self.rule
        if rule.delay_s:
            time.sleep(rule.delay_s)
        if direction == "to_server":
            return self._to_server(rule, pair, chunk)
        if pair.is_deaf:
            pair.reset()
            return False
        return self._counted(rule, pair, direction, chunk)

    def _to_server(self, rule: Rule, pair: "_Pair", chunk: bytes) -> bool:
        if rule.gate is not None:
            self.held += 1
            rule.gate.wait(60)
        if rule.lose_commit_answer and _COMMIT in chunk and rule.strike():
            pair.is_deaf = True
        if rule.unavailable and chunk.startswith(_HTTP) and rule.strike():
            pair.client.sendall(_UNAVAILABLE)
            pair.client.shutdown(socket.SHUT_WR)
            pair.server.shutdown(socket.SHUT_RDWR)
            return False
        return self._counted(rule, pair, "to_server", chunk)

    def _counted(self, rule: Rule, pair: "_Pair", direction: Direction, chunk: bytes) -> bool:
        if direction != rule.direction:
            return True
        passed = rule.count(len(chunk))
        if rule.cut_after is not None and passed > rule.cut_after and rule.strike():
            rule.passed = 0
            pair.reset()
            return False
        if rule.call_after is not None and passed > rule.call_after[0] and rule.strike():
            rule.call_after[1]()
        return True


@dataclass
class _Pair:
    client: socket.socket
    server: socket.socket
    is_deaf: bool = False

    def reset(self) -> None:
        """End both ends at once, whatever is under way."""
        _reset(self.client)
        _reset(self.server)

    def close(self) -> None:
        self.client.close()
        self.server.close()


def _reset(end: socket.socket) -> None:
    """Close so that the other side notices at once."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in recv
    end.close()
