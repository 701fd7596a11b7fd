"""Publish the warehouse to the site's bucket, and note there how fresh it is where nothing was to publish."""

import json
import logging
import time
from dataclasses import asdict
from datetime import datetime

from include import object_keys
from include.analytics import extracts
from include.errors import TotesError
from include.steps.records import Record
from include.summary import fields
from include.warehouse import ledger
from include.warehouse.connection import Connection

log = logging.getLogger(__name__)


def publish(site: extracts.Site, warehouse: Connection) -> Record:
    """Bring extracts and public files to where the warehouse stands; returns and logs what was written."""
    from include.analytics import static_site  # here: it brings the web framework, which other tasks do without

    started = time.monotonic()
    published = extracts.publish(warehouse, site, static_site.files)
    record = {**asdict(published), "seconds": round(time.monotonic() - started, 3)}
    log.info(
        "step=publish %s", fields({**record, "rows": sum(published.rows.values()), "tables": list(published.rows)})
    )
    return record


def note_freshness(site: extracts.Site, warehouse: Connection) -> bool:
    """Note in the site up to when each table holds everything, as of which load; whether it could be noted.

    It moves without loads. Who reads the extracts believes it of a table that stands at that very load. That it cannot
    be noted is no reason to fail.
    """
    fresh = ledger.freshness(warehouse)
    tables = {name: {"load_id": load_id, "fresh_at": at} for name, (load_id, at) in fresh.items()}
    body = json.dumps({"tables": tables}, default=datetime.isoformat).encode()
    try:
        site.replace(object_keys.EXTRACTS_STATE, body, content_type="application/json")
    except TotesError as error:
        log.warning("the extracts look older than they are: %s", error)
        return False
    return True
