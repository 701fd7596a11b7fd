"""The steps of a table that is made of whole files: planned by asking whether they moved, landed, merged."""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from include.alerts import outbox
from include.catalog import Table
from include.errors import ContractError, DamagedObjectError, TotesError
from include.manifest import FetchedFile
from include.object_store import ObjectStore
from include.planning import Request
from include.processed.covid import Check, Finding
from include.processed.write_files import write_files
from include.raw.land_files import has_moved, land_files, limits
from include.raw.landed import landed
from include.settings import FileSettings
from include.steps.extract_table import extract_record, pending_loads
from include.steps.plan_run import TablePlan, planned
from include.steps.records import Keyed, Record, fed, landed_record, manifests_of
from include.warehouse import ledger
from include.warehouse.connection import Connection, transaction
from include.warehouse.ledger import Watermark

log = logging.getLogger(__name__)


def plan_files(
    warehouse: Connection, processed: ObjectStore, settings: FileSettings, request: Request, tables: Sequence[str]
) -> list[TablePlan]:
    """Decide for tables made of files whether anything is to be fetched: whether a poll is due and a file moved."""
    with transaction(warehouse):
        stands = ledger.watermarks(warehouse)
    return [_look(warehouse, processed, settings, request, fed(name), stands.get(name)) for name in tables]


def extract_files(
    table_name: str, request: Request, settings: FileSettings, *, warehouse: Connection, raw: ObjectStore
) -> Record:
    """Fetch and land a table's files; returns the manifests' keys, in the order to load them.

    What was landed earlier and never loaded goes first: it may be a version that the files no longer hold.
    """
    started = time.monotonic()
    table = fed(table_name)
    if request.mode == "replay":
        return extract_record(started, raw, table, landed(raw, table), "replay", own=0)
    with transaction(warehouse):
        stands = ledger.watermarks(warehouse).get(table_name)
    own = land_files(raw, table, settings, datetime.now(UTC), believed=request.allow_mass_delete)
    line = [*pending_loads(warehouse, raw, table, stands, own[1].origin), own]
    pending = [item for item, following in pairwise(line) if _content(item) != _content(following)]
    return extract_record(started, raw, table, [*pending, own], "full", own=1)


def _content(item: Keyed) -> tuple[object, ...]:
    """What a load brings: of several with the same the last is enough, however often a broken file was fetched."""
    return (*(file.content_sha256 for file in item[1].fetched), item[1].origin.allow_mass_delete)


def transform_files(extracted: Record, settings: FileSettings, *, raw: ObjectStore, processed: ObjectStore) -> Record:
    """Merge landed files into Parquet; a pending load that is broken is left out, loudly."""
    started = time.monotonic()
    table = fed(extracted["table"])
    keys = manifests_of(extracted, raw)
    strict_from = 0 if extracted["mode"] == "replay" else len(keys) - extracted["own"]
    manifests: list[Keyed] = []
    warnings: Sequence[Finding] = ()
    for number, key in enumerate(keys):
        try:
            written, warnings = write_files(table, key, limits(settings), raw=raw, processed=processed)
            manifests.append(written)
        except ContractError as error:
            # Refused when it came, and refused again: no version was ever made of it.
            if extracted["mode"] != "replay" and number >= strict_from:
                raise
            log.warning("%s: an earlier poll's files are left out: %s", table.name, error)
        except DamagedObjectError as error:
            if number >= strict_from:
                raise
            log.error("%s: a pending load is left out: %s", table.name, error)  # noqa: TRY400  its text says all
    rows = sum(manifest.rows(table.name) for _, manifest in manifests)
    record = landed_record(
        "transform", started, processed, table.name, manifests, mode=extracted["mode"], rows_read=rows
    )
    for warning in warnings:
        log.info("%s: %s", table.name, warning.message)
    stalls = {f"{item.file} since {item.value}": item.message for item in warnings if item.check is Check.LAG}
    return record | {"rows_quarantined": 0, "warnings": len(warnings), "stalls": stalls}


def _look(
    warehouse: Connection,
    processed: ObjectStore,
    settings: FileSettings,
    request: Request,
    table: Table,
    stands: Watermark | None,
) -> TablePlan:
    if request.mode == "backfill":
        return _planned(table, stands, False, "backfill", "a file has no window: it always holds everything")
    if request.mode in {"full", "replay"}:
        return _planned(table, stands, True, request.mode, "everything, as asked for")
    if stands is None or stands.fresh_at is None:
        return _planned(table, stands, True, "full", "first load")
    asked_at, every = datetime.now(UTC), timedelta(minutes=settings.poll_minutes)
    with transaction(warehouse):
        ailing = outbox.is_ailing(warehouse, table.name)
    if asked_at - stands.fresh_at < every and not (ailing or request.allow_mass_delete):
        return _planned(table, stands, False, "full", f"asked at {stands.fresh_at:%H:%M} UTC, every {every}")
    with transaction(warehouse):
        manifest = ledger.latest_manifest(warehouse, table.name)
    try:
        before = {item.name: item for item in processed.manifest(manifest).fetched} if manifest else {}
    except TotesError as error:
        return _planned(table, stands, True, "full", f"what was loaded last cannot be read ({type(error).__name__})")
    return _compare(warehouse, settings, table, stands, before, asked_at)


def _compare(
    warehouse: Connection,
    settings: FileSettings,
    table: Table,
    stands: Watermark,
    before: dict[str, FetchedFile],
    asked_at: datetime,
) -> TablePlan:
    try:
        moved = [f.name for f in table.files if f.name not in before or has_moved(f, before[f.name], settings)]
    except TotesError as error:
        # Its own task says so, is tried again, and holds up no other table.
        return _planned(table, stands, True, "full", f"it could not be looked at ({type(error).__name__})")
    if moved:
        return _planned(table, stands, True, "full", f"moved: {', '.join(moved)}")
    with transaction(warehouse):
        ledger.confirm_fresh(warehouse, [table.name], asked_at)
    return _planned(table, stands, False, "full", f"no file moved since {stands.snapshot_at:%Y-%m-%d %H:%M} UTC")


def _planned(table: Table, stands: Watermark | None, has_changes: bool, mode: str, reason: str) -> TablePlan:
    log.info("%s: %s: %s", table.name, "to be read" if has_changes else "nothing to read", reason)
    return planned(table, stands, has_changes, mode=mode, reason=reason)
