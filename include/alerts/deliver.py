"""Telling: alerts are written down, then sent by every channel that they are for; what fails is kept."""

import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from operator import methodcaller
from typing import Protocol

from include.alerts import outbox, spool
from include.alerts.model import MAILED, PUBLISHED, Alert
from include.object_store import ObjectStore
from include.warehouse.connection import Connection

log = logging.getLogger(__name__)

EVENTS = {"mail": MAILED, "sns": PUBLISHED}
"""What each channel tells."""


class Channel(Protocol):
    """A way to tell: `mail` or `sns`."""

    @property
    def name(self) -> str:
        """The name under which deliveries are noted."""

    def send(self, alert: Alert) -> object:
        """Hand an alert over; raises whatever keeps it from that."""


def channels_for(alert: Alert, channels: Iterable[Channel]) -> list[str]:
    """The names of the channels that tell of such an alert."""
    return [channel.name for channel in channels if alert.event in EVENTS[channel.name]]


def adopt_spooled(connection: Connection, lake: Callable[[], ObjectStore], channels: Sequence[Channel]) -> None:
    """Move what was told while the warehouse was away to its outbox; a lake that does not answer keeps it."""
    try:
        store = lake()
        for alert in list(spool.held(store)):
            wanted = channels_for(alert, channels)
            outbox.adopt(connection, alert, wanted, spool.taken_by(store, alert, wanted))
            spool.remove(store, alert)
    except Exception as error:  # it keeps nothing else from being told
        log.warning("alerts that wait in S3 are looked for by the next run: %s: %s", type(error).__name__, error)


def flush(connection: Connection, channels: Iterable[Channel]) -> None:
    """Send what waits in the warehouse's outbox. A channel that is down stops nothing: its alerts are kept."""
    for channel in channels:
        try:
            sent = outbox.flush(connection, channel.name, channel.send)
        except Exception as error:  # whatever it is, telling must not fail the pipeline
            log.warning("alerts are kept until %s works again: %s: %s", channel.name, type(error).__name__, error)
        else:
            if sent:
                log.info("step=tell channel=%s alerts=%d", channel.name, sent)


def tell_by_spool(store: ObjectStore, alerts: Iterable[Alert], channels: Sequence[Channel]) -> None:
    """Tell without the warehouse: claim in S3, then send; and send what an earlier one could not."""
    for alert in alerts:
        spool.claim(store, alert)
    for alert in list(spool.held(store)):
        _send(alert, channels, partial(_through_spool, store, alert))


def tell_at_once(alerts: Iterable[Alert], channels: Sequence[Channel]) -> None:
    """Tell when there is nowhere to write it down: rather twice than never."""
    for alert in alerts:
        _send(alert, channels, methodcaller("send", alert))


def _through_spool(store: ObjectStore, alert: Alert, channel: Channel) -> None:
    spool.send(store, alert, channel.name, channel.send)


def _send(alert: Alert, channels: Sequence[Channel], send: Callable[[Channel], object]) -> None:
    for channel in channels:
        if alert.event not in EVENTS[channel.name]:
            continue
        try:
            send(channel)
        except Exception as error:
            log.warning("%s was not told by %s: %s: %s", alert.alert_id, channel.name, type(error).__name__, error)
