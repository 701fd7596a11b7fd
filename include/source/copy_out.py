"""`COPY … TO STDOUT` in blocks: the server sends a message a row, and a call a row costs more than the reading."""

from collections.abc import Generator

from psycopg import errors, generators, sql
from psycopg.abc import PQGen
from psycopg.pq import ExecStatus
from psycopg.pq.abc import PGconn
from psycopg.waiting import Wait

from include.source.snapshot import Connection

_BLOCK = 256 * 1024

Messages = list[bytes]


def copy_out(connection: Connection, statement: sql.Composed) -> Generator[Messages]:
    """What a `COPY … TO STDOUT` sends, about a quarter of a megabyte at a time: a message a row, a header before them.

    Closed before its end it ends the `COPY`; the connection can be used afterwards.
    """
    with connection.cursor() as cursor, cursor.copy(statement):
        is_last = False
        while not is_last:
            messages, is_last = connection.wait(_block(connection.pgconn))
            yield messages


def _block(pgconn: PGconn) -> PQGen[tuple[Messages, bool]]:
    """The messages that arrive next, and whether they are the last."""
    messages: Messages = []
    size = 0
    while size < _BLOCK:
        received, message = pgconn.get_copy_data(1)
        if received > 0:
            # Copied at once: views that pile up keep Python's garbage collector busier than all the rest.
            messages.append(bytes(message))
            size += received
        elif received == 0:
            while not (yield Wait.R):
                pass
            pgconn.consume_input()
        else:
            yield from _end(pgconn)
            return messages, True
    return messages, False


def _end(pgconn: PGconn) -> PQGen[None]:
    """Raises the error that ended it, if one did."""
    (result,) = yield from generators.fetch_many(pgconn)
    if result.status != ExecStatus.COMMAND_OK:
        raise errors.error_from_result(result)
