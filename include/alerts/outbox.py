"""The outbox: alerts are written down in the warehouse first, and sent from there until they are taken."""

from collections.abc import Callable, Iterable
from datetime import datetime

from psycopg.types.json import Jsonb

from include.alerts import record
from include.alerts.incidents import Run
from include.alerts.model import Alert, Event
from include.alerts.scrub import scrub
from include.warehouse.connection import Connection, transaction

_ADD = """
INSERT INTO etl_alert AS held (alert_id, event, run_id, happened_at, record, incident, ailing)
VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""
_WIDEN = """
UPDATE etl_alert SET ailing = ARRAY(SELECT DISTINCT name FROM unnest(ailing || %s) AS name ORDER BY name)
WHERE event = 'failed' AND resolved_at IS NULL AND incident = %s
"""
_HEAL = """
UPDATE etl_alert SET ailing = ARRAY(SELECT name FROM unnest(ailing) AS name WHERE name <> ALL(%s))
WHERE event = 'failed' AND resolved_at IS NULL
  AND (incident NOT LIKE 'run/%%' AND %s = '' OR starts_with(incident, nullif(%s, '')))
"""
# Tables whose keys were not compared again since a comparison that found too many gone to believe it.
_WITHHELD = """
SELECT w.table_name FROM etl_watermark AS w JOIN etl_ledger AS l
ON (l.table_name, l.snapshot_at) = (w.table_name, w.keys_at) WHERE l.rows_withheld > 0
"""
_NEXT = """
SELECT a.alert_id, a.record FROM etl_delivery AS d JOIN etl_alert AS a USING (alert_id)
WHERE d.channel = %s AND d.sent_at IS NULL
ORDER BY d.last_error IS NOT NULL AND a.happened_at < now() - interval '1 hour', a.happened_at, a.alert_id
LIMIT 1 FOR UPDATE OF d SKIP LOCKED
"""


def add(connection: Connection, alert: Alert, channels: Iterable[str]) -> bool:
    """Write an alert down, inside the caller's transaction; whether it is new.

    Not new is one with the same id, and a failure whose incident is open already: the tables that it
    concerns are then added to those that have to recover.
    """
    values = [
        alert.alert_id,
        alert.event,
        alert.run_id,
        alert.happened_at,
        Jsonb(record.to_record(alert)),
        alert.incident,
        list(alert.tables) if alert.event is Event.FAILED else [],
    ]
    if not connection.execute(_ADD, values).rowcount:
        if alert.event is Event.FAILED:
            connection.execute(_WIDEN, [list(alert.tables), alert.incident])
        return False
    for channel in channels:
        connection.execute("INSERT INTO etl_delivery (alert_id, channel) VALUES (%s, %s)", [alert.alert_id, channel])
    return True


def adopt(connection: Connection, alert: Alert, channels: Iterable[str], sent: Iterable[str]) -> None:
    """Write down an alert that was told while the warehouse was away, with the channels that took it."""
    with transaction(connection):
        add(connection, alert, channels)
        for channel in sent:  # of one that is there already, too: its commit was not heard of
            _mark_sent(connection, alert.alert_id, channel)


def recover(connection: Connection, run: Run, well: Iterable[str], at: datetime) -> list[Alert]:
    """Take the tables that are well again off the open incidents; the failures of which none is left ailing.

    A run of its own kind (a backfill, a replay) heals its own incidents only, and no other run heals
    those. To be called inside the caller's transaction.
    """
    withheld = {name for (name,) in connection.execute(_WITHHELD)}
    healed = [table for table in well if table not in withheld]
    connection.execute(_HEAL, [healed, run.incident_prefix, run.incident_prefix])
    rows = connection.execute(
        """
        UPDATE etl_alert SET resolved_at = %s
        WHERE event = 'failed' AND resolved_at IS NULL AND ailing = '{}' RETURNING record
        """,
        [at],
    )
    return [record.from_record(row[0]) for row in rows]


def is_ailing(connection: Connection, table: str) -> bool:
    """Whether an incident of a table is open."""
    return (
        connection.execute(
            "SELECT FROM etl_alert WHERE event = 'failed' AND resolved_at IS NULL AND %s = ANY(ailing) LIMIT 1", [table]
        ).fetchone()
        is not None
    )


def flush(connection: Connection, channel: str, send: Callable[[Alert], object]) -> int:
    """Send what waits for a channel, oldest first, each in a transaction of its own; how many were sent.

    What ``send`` raises ends it: the alert is kept with the reason, and sent by a later flush; one that
    is refused for an hour goes behind the others. Two flushes at once send nothing twice. An alert whose
    sender dies between sending and commit is sent again; its id is the same then.
    """
    sent = 0
    while True:
        alert_id = None
        try:
            with transaction(connection):
                row = connection.execute(_NEXT, [channel]).fetchone()
                if row is None:
                    return sent
                alert_id = str(row[0])
                _mark_sent(connection, alert_id, channel)
                send(record.from_record(row[1]))
        except Exception as error:
            if alert_id is not None:
                _note_error(connection, alert_id, channel, error)
            raise
        sent += 1


def _mark_sent(connection: Connection, alert_id: str, channel: str) -> None:
    connection.execute(
        "UPDATE etl_delivery SET sent_at = clock_timestamp(), last_error = NULL WHERE (alert_id, channel) = (%s, %s)",
        [alert_id, channel],
    )


def _note_error(connection: Connection, alert_id: str, channel: str, error: Exception) -> None:
    with transaction(connection):
        connection.execute(
            "UPDATE etl_delivery SET last_error = %s WHERE (alert_id, channel) = (%s, %s)",
            [scrub(f"{type(error).__name__}: {error}")[:500], alert_id, channel],
        )
