"""Turn raw loads into Parquet."""

import logging
import time

from include.errors import DamagedObjectError
from include.object_store import ObjectStore
from include.processed.write import write
from include.steps.records import Keyed, Record, fed, landed_record, manifests_of

log = logging.getLogger(__name__)


def transform(extracted: Record, *, raw: ObjectStore, processed: ObjectStore) -> Record:
    """Conform what ``extract`` landed or found; returns the processed manifests' keys, in order.

    A pending load of an earlier run that is damaged is left out, loudly: it must not stand in the
    way of the load that this run made.
    """
    started = time.monotonic()
    table = fed(extracted["table"])
    keys = manifests_of(extracted, raw)
    is_replay = extracted["mode"] == "replay"
    manifests: list[Keyed] = []
    for number, key in enumerate(keys):
        try:
            manifests.append(write(table, key, raw=raw, processed=processed))
        except DamagedObjectError as error:
            if is_replay or number >= len(keys) - extracted["own"]:
                raise
            log.error("%s: a pending load is left out: %s", table.name, error)  # noqa: TRY400  its text says all
    rows = sum(manifest.rows(table.name) for _, manifest in manifests)
    record = landed_record(
        "transform", started, processed, table.name, manifests, mode=extracted["mode"], rows_read=rows
    )
    quarantined = sum(file.rows for _, manifest in manifests for file in manifest.quarantine_files)
    if quarantined:
        log.warning("%s: %d rows break the declaration and go to quarantine", table.name, quarantined)
    return record | {"rows_quarantined": quarantined}
