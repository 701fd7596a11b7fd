"""Publish what the warehouse holds: what is new as parts, then the manifest; at last what nothing names is removed."""

import contextlib
import hashlib
import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import IO

from psycopg import sql

from include import object_keys
from include.analytics.extracts import rows
from include.analytics.extracts.manifest import Extracted, Manifest, Position
from include.analytics.extracts.public import PublicFiles, publish_public
from include.analytics.extracts.site import Site
from include.analytics.extracts.standing import Standing, is_continued, standing
from include.analytics.extracts.tables import EXTRACTS, Extract
from include.manifest import StoredFile
from include.warehouse import migrate
from include.warehouse.connection import Connection, transaction

log = logging.getLogger(__name__)

MOST_PARTS = 50
"""A table of more is written anew, as one part: each is a request to whoever reads them."""

GRACE = timedelta(hours=1)
"""So long an object stays that no manifest names any more: somebody may be reading by an earlier one."""


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a publishing wrote: rows and bytes by table, the public files, and how many old objects it removed."""

    rows: Mapping[str, int]
    bytes_written: int
    public_files: int
    removed: int


def publish(connection: Connection, site: Site, public_files: PublicFiles | None = None) -> Published:
    """Bring the site to where the warehouse stands; one publishing at a time, whoever calls it.

    The connection is in autocommit mode; ``public_files`` makes what anybody may see. Raises ``LakeUnavailable`` or
    ``WarehouseUnavailable``: then the last state stands, and the next publishing goes on from it.
    """
    with _alone(connection):
        found = site.look(object_keys.EXTRACTS_MANIFEST)
        last, known = (Manifest.from_json(found[0]), found[1]) if found else (None, "")
        with _snapshot(connection):
            now = _extracted(connection, site, last)
        public, count = publish_public(connection, site, last.public if last else None, public_files)
        now = replace(now, public=public)
        now = replace(now, retired=_retired(last, now))
        site.succeed(object_keys.EXTRACTS_MANIFEST, now.to_json(), known)
        removed = _remove_unnamed(site, now)
    return _published(last, now, count, removed)


def _extracted(connection: Connection, site: Site, last: Manifest | None) -> Manifest:
    """The manifest of what the warehouse holds; its parts are stored by then."""
    stands = standing(connection, last)
    tables = {}
    for extract in EXTRACTS:
        held = last.tables.get(extract.name) if last else None
        tables[extract.name] = _table(connection, site, extract, held, stands)
    return Manifest(
        published_at=datetime.now(UTC), revision=migrate.revision(connection), tables=tables, loads=stands.loads
    )


def _table(connection: Connection, site: Site, extract: Extract, held: Extracted | None, stands: Standing) -> Extracted:
    position = stands.positions.get(extract.name)
    if held is None or not _goes_on(extract, held, position, stands):
        part = _part(connection, site, extract, sql.SQL(extract.recent), held)
        parts: tuple[StoredFile, ...] = (part,) if part.rows else ()
    elif extract.name in stands.written:
        part = _part(connection, site, extract, _is_new(extract, held, stands), held)
        parts = (*held.parts, part) if part.rows else held.parts
    else:
        return replace(held, position=position)
    return Extracted(position=position, parts=parts, record_id=_greatest(connection, extract))


def _goes_on(extract: Extract, held: Extracted, position: Position | None, stands: Standing) -> bool:
    """Whether what is new makes one more part; else the table is written anew."""
    if extract.growth == "whole" or stands.is_restored or len(held.parts) >= MOST_PARTS:
        return False
    return is_continued(held.position, position)


def _is_new(extract: Extract, held: Extracted, stands: Standing) -> sql.Composable:
    """The condition for a row that no part holds as it is now."""
    if extract.growth == "versions":
        # Loads of one table follow each other, so a later version has a greater number.
        return sql.SQL("{key} > {held}").format(key=sql.Identifier(*extract.key), held=sql.Literal(held.record_id))
    return sql.SQL("_load_id = ANY({loads})").format(loads=sql.Literal(list(stands.unseen)))


def _part(
    connection: Connection, site: Site, extract: Extract, condition: sql.Composable, held: Extracted | None
) -> StoredFile:
    """Store the rows for which a condition holds, unless there are none, or a part with the same bytes is there."""
    with tempfile.TemporaryFile() as body:
        count = rows.write(connection, extract, condition, body)
        digest = _digest(body)
        key = object_keys.extract_part(extract.name, digest)
        same = next((part for part in held.parts if part.key == key), None) if held else None
        if same is None and count:
            return site.parts.put(key, body, table=extract.name, rows=count)
    return same or StoredFile(key=key, table=extract.name, rows=0, size=0, sha256=digest)


def _greatest(connection: Connection, extract: Extract) -> int:
    """The number of the latest version; 0 for a table that numbers none."""
    if extract.growth != "versions":
        return 0
    row = connection.execute(
        sql.SQL("SELECT coalesce(max({key}), 0) FROM {table}").format(
            key=sql.Identifier(*extract.key), table=sql.Identifier(extract.name)
        )
    ).fetchone()
    return int(row[0]) if row else 0


def _digest(body: IO[bytes]) -> str:
    body.seek(0)
    return hashlib.file_digest(body, "sha256").hexdigest()  # type: ignore[arg-type]  # a binary file


def _retired(last: Manifest | None, now: Manifest) -> dict[str, datetime]:
    """What no manifest names any more, with the instant since when; forgotten once it may be removed."""
    if last is None:
        return {}
    since = {key: last.retired.get(key, now.published_at) for key in (last.keys | set(last.retired)) - now.keys}
    return {key: at for key, at in since.items() if at > now.published_at - GRACE}


def _remove_unnamed(site: Site, now: Manifest) -> int:
    """Remove what was retired long enough ago, and what a publishing stored that ended before its manifest."""
    kept = now.keys | set(now.retired) | {object_keys.EXTRACTS_MANIFEST, object_keys.EXTRACTS_STATE}
    unnamed = [
        key
        for root in (object_keys.EXTRACTS, object_keys.PUBLIC)
        for key, stored_at in site.parts.listed(root)
        if key not in kept and stored_at <= now.published_at - GRACE
    ]
    for key in unnamed:
        site.parts.remove(key)
    return len(unnamed)


def _published(last: Manifest | None, now: Manifest, public_files: int, removed: int) -> Published:
    before = last.keys if last else set()
    fresh = {
        name: [part for part in table.parts if part.key not in before] for name, table in sorted(now.tables.items())
    }
    return Published(
        rows={name: sum(part.rows for part in parts) for name, parts in fresh.items() if parts},
        bytes_written=sum(part.size for parts in fresh.values() for part in parts),
        public_files=public_files,
        removed=removed,
    )


@contextlib.contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Wait until nobody else publishes from this warehouse. For the session: a snapshot must begin after it."""
    with transaction(connection):
        connection.execute("SELECT pg_advisory_lock(hashtextextended('totes_etl.publish', 0))")
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("SELECT pg_advisory_unlock(hashtextextended('totes_etl.publish', 0))")


@contextlib.contextmanager
def _snapshot(connection: Connection) -> Iterator[None]:
    """One look at the warehouse: every table as it was at the same instant."""
    with transaction(connection):
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
