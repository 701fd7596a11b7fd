"""Land files fetched over HTTP in the raw bucket, as received, then their manifest."""

import hashlib
import tempfile
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from include import object_keys
from include.catalog.model import SourceFile, Table
from include.manifest import FetchedFile, Manifest, Origin, StoredFile
from include.object_store import ObjectStore
from include.settings import FileSettings
from include.source.http import Fetched, Limits, NotModified, Validators, fetch

_LOOPBACK = "127.0.0.1"
_NO_TRANSACTIONS = "0:0:"  # the snapshot of a source that has none; its loads are ordered by the clock


def land_files(
    raw: ObjectStore, table: Table, settings: FileSettings, at: datetime, *, believed: bool
) -> tuple[str, Manifest]:
    """Fetch every file of a table anew and land them; returns the manifest's key and the manifest.

    ``at`` is when the poll began; ``believed`` lets through what the guard against vanished history would
    refuse. Raises what ``fetch`` raises, and ``LakeUnavailable``; no manifest is written then.
    """
    with tempfile.TemporaryDirectory() as folder:
        bodies = {file: Path(folder, file.name) for file in table.files}
        fetched = tuple(_fetch(file, body, settings) for file, body in bodies.items())
        origin = _origin(table, settings, at, believed=believed)
        into = object_keys.raw_folder(*table.landed_as, origin.landed_on, origin.load_id)
        stored = tuple(_store(raw, into, file, body) for file, body in bodies.items())
    manifest = Manifest(origin=origin, files=stored, fetched=fetched)
    return raw.put_manifest(into, manifest), manifest


def has_moved(file: SourceFile, before: FetchedFile, settings: FileSettings) -> bool:
    """Whether a file's content differs from what was fetched before; a server that says so is believed."""
    with tempfile.TemporaryFile() as body:
        validators = Validators(etag=before.etag, last_modified=before.last_modified)
        answer = fetch(settings.urls[file.setting], validators, limits(settings), body)
    return not isinstance(answer, NotModified) and answer.sha256 != before.content_sha256


def limits(settings: FileSettings) -> Limits:
    """Whom to ask, and how long and how much to take."""
    local = {_LOOPBACK} if any(urlsplit(url).hostname == _LOOPBACK for url in settings.urls.values()) else set()
    return Limits(hosts=settings.hosts | local, content_bytes=64 * 1024 * 1024)


def _fetch(file: SourceFile, path: Path, settings: FileSettings) -> FetchedFile:
    with path.open("w+b") as body:
        answer = fetch(settings.urls[file.setting], Validators(), limits(settings), body)
    assert isinstance(answer, Fetched)  # noqa: S101  nothing was said of an earlier one
    return FetchedFile(
        name=file.name,
        url=answer.final_url,
        fetched_at=answer.fetched_at.isoformat(),
        content_sha256=answer.sha256,
        content_encoding=answer.content_encoding,
        etag=answer.validators.etag,
        last_modified=answer.validators.last_modified,
        headers=answer.headers,
    )


def _origin(table: Table, settings: FileSettings, at: datetime, *, believed: bool) -> Origin:
    urls = "\n".join(settings.urls[file.setting] for file in table.files)
    return Origin(
        table=table.name,
        mode="full",
        since=None,
        window_start=None,
        window_end=None,
        system_identifier=f"http {hashlib.sha256(urls.encode()).hexdigest()[:12]}",
        snapshot=_NO_TRANSACTIONS,
        watermark=int(at.timestamp()),
        snapshot_at=at.isoformat(),
        allow_mass_delete=believed,
    )


def _store(raw: ObjectStore, folder: str, file: SourceFile, path: Path) -> StoredFile:
    with path.open("rb") as body:
        return raw.put(f"{folder}/{file.name}.csv", body, table=file.name, rows=0)
