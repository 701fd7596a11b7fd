"""`COPY … TO STDOUT` in blocks: the server sends a message a row, and a call a row costs more than the reading."""

from collections.abc import Callable

from psycopg import errors, generators, sql
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import Wait

from include.source.snapshot import Connection

_BLOCK = 256 * 1024


def copy_out(connection: Connection, statement: sql.Composed, write: Callable[[bytes], object]) -> int:
    """Hand all that a `COPY … TO STDOUT` sends to ``write``, in blocks; returns the number of rows.

    What ``write`` raises ends the `COPY`; the connection can be used afterwards.
    """
    with connection.cursor() as cursor, cursor.copy(statement):
        rows = None
        while rows is None:
            block, rows = connection.wait(_block(connection.pgconn))
            write(block)
        return rows


def _block(pgconn: PGconn) -> PQGen[tuple[bytes, int | None]]:
    """What arrives next, and once it is the last, how many rows it was in all."""
    messages: list[memoryview] = []
    size = 0
    while size < _BLOCK:
        received, message = pgconn.get_copy_data(1)
        if received > 0:
            messages.append(message)
            size += received
        elif received == 0:
            while not (yield Wait.R):
                pass
            pgconn.consume_input()
        else:
            return b"".join(messages), (yield from _rows(pgconn))
    return b"".join(messages), None


def _rows(pgconn: PGconn) -> PQGen[int]:
    (result,) = yield from generators.fetch_many(pgconn)
    if result.status != ExecStatus.COMMAND_OK:
        raise errors.error_from_result(result)
    return result.command_tuples or 0
