"""The outbox of what cannot wait for the warehouse: one small folder an alert in S3.

``alert.json`` is the claim: a conditional put, so that of two who want to tell the same only one does;
beside it lies one empty object for each channel that took the alert. The next report moves it all to
the warehouse's outbox. Used when the warehouse is down, and by the callback of Airflow's deadlines.
"""

import logging
from collections.abc import Callable, Iterable, Iterator

from include import object_keys
from include.alerts import record
from include.alerts.model import Alert
from include.object_store import ObjectStore

log = logging.getLogger(__name__)


def claim(store: ObjectStore, alert: Alert) -> bool:
    """Write an alert down unless it, or its incident, is there already; whether it was written."""
    return store.claim(object_keys.spooled(_name(alert), "alert.json"), record.to_json(alert).encode())


def send(store: ObjectStore, alert: Alert, channel: str, sender: Callable[[Alert], object]) -> None:
    """Send an alert by a channel that has not taken it yet."""
    if not store.exists(object_keys.spooled(_name(alert), channel)):
        sender(alert)
        store.claim(object_keys.spooled(_name(alert), channel), b"")


def held(store: ObjectStore) -> Iterator[Alert]:
    """The alerts that are here."""
    for key, _ in store.listed(object_keys.SPOOL):
        if key.endswith("/alert.json"):
            try:
                yield record.from_json(store.read(key))
            except ValueError as error:  # written by another version: it must not stand in the way of the others
                log.warning("%s is left where it is: %s", store.uri(key), error)


def taken_by(store: ObjectStore, alert: Alert, channels: Iterable[str]) -> list[str]:
    """Those of the channels that took an alert."""
    return [channel for channel in channels if store.exists(object_keys.spooled(_name(alert), channel))]


def remove(store: ObjectStore, alert: Alert) -> None:
    """Forget an alert that stands in the warehouse's outbox now; the claim goes last."""
    keys = [key for key, _ in store.listed(object_keys.spooled(_name(alert), ""))]
    for key in sorted(keys, key=lambda key: key.endswith("alert.json")):
        store.remove(key)


def _name(alert: Alert) -> str:
    """An open incident is told of once, whichever runs meet it."""
    return alert.incident or alert.alert_id
