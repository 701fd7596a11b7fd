"""Where a read by `last_updated` may start the next time: before anything that is still to commit.

A row gets its stamp before it commits. Whatever commits after this snapshot belongs to a transaction
that is open now, so its stamps are not older than that transaction; the application's clock may
be off by a margin. Where other sessions cannot be seen, the oldest of them is not assumed to be young:
the horizon stays back by the longest transaction that is reckoned with, and says so.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from include.source.snapshot import Connection, Position, snapshot

CLOCK_MARGIN = timedelta(minutes=15)  # how far the application's clock may be off
LONGEST_TRANSACTION = timedelta(hours=2)  # where transactions cannot be seen

_OLDEST = """
SELECT (SELECT min(xact_start) FROM pg_stat_activity
        WHERE pid <> pg_backend_pid() AND datname = current_database()),
       (SELECT count(*) FROM pg_stat_activity
        WHERE backend_type IS NULL AND datname = current_database())
       + (SELECT count(*) FROM pg_stat_activity
          WHERE query = '<insufficient privilege>' AND datname = current_database())
       + (SELECT count(*) FROM pg_prepared_xacts WHERE database = current_database())
"""


@dataclass(frozen=True)
class Horizon:
    """The stamp from which the next read starts (UTC), and whether it is a bound instead of a reading."""

    at: datetime
    bounded: bool


def horizon(connection: Connection) -> Horizon:
    """The horizon of a snapshot that is taken after this returns.

    Before it, and in a transaction of its own: whoever is invisible to that snapshot was then open
    now, and is seen here, or began later.
    """
    with snapshot(connection) as position:
        return _horizon(connection, position)


def _horizon(connection: Connection, position: Position) -> Horizon:
    oldest, unseen = connection.execute(_OLDEST).fetchone() or (None, 1)
    if unseen:
        return Horizon(position.at - LONGEST_TRANSACTION - CLOCK_MARGIN, bounded=True)
    return Horizon(min(position.at, oldest or position.at) - CLOCK_MARGIN, bounded=False)
