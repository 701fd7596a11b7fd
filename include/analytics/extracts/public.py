"""The files that anybody may see: put where their bytes changed, whenever what they are made of did."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Protocol

from include import object_keys
from include.analytics.build import build
from include.analytics.extracts.manifest import Public
from include.analytics.extracts.site import Site
from include.analytics.reading import Snapshot
from include.analytics.reading.postgres import borrowed
from include.warehouse.connection import Connection

_TABLES = ("covid_us_daily",)
_FOR_EVER, _SHORT = "public, max-age=31536000, immutable", "public, max-age=300"


class PublicFile(Protocol):
    """A file; ``path`` is relative to the public root, below ``static/`` it changes with the bytes."""

    @property
    def path(self) -> str:
        """Where it is."""

    @property
    def content_type(self) -> str:
        """Its media type."""

    @property
    def body(self) -> bytes:
        """Its bytes."""


PublicFiles = Callable[[Snapshot], Iterator[PublicFile]]
"""Makes the files of a snapshot; the page itself comes last, so that whoever opens it finds what it refers to."""


def publish_public(
    connection: Connection, site: Site, last: Public | None, files: PublicFiles | None
) -> tuple[Public, int]:
    """Put the public files that changed, if what they are made of did; returns what is there, and how many were put."""
    last = last or Public()
    if files is None:
        return last, 0
    with borrowed(connection) as snapshot:
        version = f"{snapshot.version(_TABLES)}-{build()}"
        if version == last.version:
            return last, 0
        held, count = {}, 0
        for file in files(snapshot):
            key, digest = object_keys.public(file.path), hashlib.sha256(file.body).hexdigest()
            if last.files.get(key) != digest:
                kept = _FOR_EVER if file.path.startswith("static/") else _SHORT
                site.replace(key, file.body, content_type=file.content_type, cache_control=kept)
                count += 1
            held[key] = digest
    return Public(version=version, files=held), count
