"""What the databases of a stack hold before Airflow starts: the shop's rows, and the warehouse's tables."""

from __future__ import annotations

from pathlib import Path

from include.warehouse import migrate as migrations
from local import source


def prepare(shop: str, warehouse: str, folder: Path | None, *, notifies: bool) -> str:
    """Fill the shop (once), have it notify of changes or not, migrate the warehouse; returns what is in the shop.

    `shop` and `warehouse` are connection strings of the databases' owners. Idempotent. Raises `StackError` if `folder`
    is a snapshot, and other rows are in place.
    """
    source.check(shop, folder)
    told = source.fill(shop, folder)
    source.notify(shop, wanted=notifies)
    migrations.upgrade_all(warehouse)
    return told
