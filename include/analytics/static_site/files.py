"""The public page's files, each with its path below wherever they are put."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from include.analytics.api.covid import all_versions
from include.analytics.pages import PAGES, rendered
from include.analytics.pages.static_files import STATIC, assets_version, plotly_script
from include.analytics.queries import covid
from include.analytics.reading import Snapshot

INDEX = "index.html"
EXTRACT = "covid.json"
_PARTS = ("core", "covid")  # the folders whose scripts and styles the page takes
_TYPES = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


@dataclass(frozen=True)
class SiteFile:
    """One file: ``path`` is relative, its parts separated by '/'."""

    path: str
    content_type: str
    body: bytes


def files(snapshot: Snapshot) -> Iterator[SiteFile]:
    """All of them, the same bytes for the same versions of code and table.

    The page comes last: put in this order, a page never names a file that is not there yet.
    """
    yield from _assets()
    extract = all_versions(snapshot, snapshot.version(covid.TABLES))
    yield SiteFile(EXTRACT, "application/json", extract.model_dump_json().encode())
    (page,) = (page for page in PAGES if page.name == "covid")
    yield SiteFile(INDEX, "text/html; charset=utf-8", rendered(page, is_public=True).encode())


def _assets() -> Iterator[SiteFile]:
    base = f"static/{assets_version()}"
    yield _asset(plotly_script(), f"{base}/{plotly_script().name}")
    for path in sorted(path for path in STATIC.rglob("*") if path.is_file() and _belongs(path.relative_to(STATIC))):
        yield _asset(path, f"{base}/{path.relative_to(STATIC).as_posix()}")


def _belongs(path: Path) -> bool:
    return len(path.parts) == 1 or path.parts[0] in _PARTS


def _asset(path: Path, name: str) -> SiteFile:
    content_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return SiteFile(name, content_type, path.read_bytes())
