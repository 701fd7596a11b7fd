"""The pages' addresses."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from include.analytics.pages.catalogue import PAGES, Page
from include.analytics.pages.shell import rendered

router = APIRouter(include_in_schema=False)


@router.get("/")
def home() -> Response:
    """The first page."""
    return RedirectResponse(PAGES[0].name)


def _add(page: Page) -> None:
    def show() -> Response:
        return HTMLResponse(rendered(page), headers={"Cache-Control": "no-cache"})

    router.add_api_route(f"/{page.name}", show, methods=["GET"], name=page.name)


for _page in PAGES:
    _add(_page)
