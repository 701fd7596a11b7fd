"""Scripts, styles and icons, under an address that changes with them, so that browsers may keep them for ever."""

import hashlib
from functools import cache
from importlib.resources import files
from os import PathLike, stat_result
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

STATIC = Path(__file__).parent / "static"
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


@cache
def assets_version() -> str:
    """A digest of every file."""
    digest = hashlib.sha256()
    for path in (*sorted(path for path in STATIC.rglob("*") if path.is_file()), plotly_script()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def plotly_script() -> Path:
    """Plotly's JavaScript, as its wheel brings it."""
    return Path(str(files("plotly") / "package_data" / "plotly.min.js"))


def asset_routes() -> list[BaseRoute]:
    """The routes of all static files; they hold nothing that anybody may not see."""
    base = f"/static/{assets_version()}"
    return [Route(f"{base}/plotly.min.js", _plotly), Mount(base, _Kept(directory=STATIC))]


def _plotly(_request: Request) -> Response:
    return FileResponse(plotly_script(), headers=_FOR_EVER)


class _Kept(StaticFiles):
    def file_response(
        self, full_path: str | PathLike[str], stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        answer = super().file_response(full_path, stat_result, scope, status_code)
        answer.headers.update(_FOR_EVER)
        return answer
