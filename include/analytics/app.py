"""The web application: pages, and the API under `/api/v1`. Whoever serves it says who may look (``guards``)."""

from collections.abc import Callable, Sequence
from functools import cache
from threading import Semaphore

from fastapi import APIRouter, FastAPI, Request
from fastapi.params import Depends
from fastapi.responses import JSONResponse
from starlette.middleware.gzip import GZipMiddleware

from include.analytics import pages
from include.analytics.api import choices, covid, operations, orders, payments, purchases, sales, state, tables
from include.analytics.api.asking import STREAMS
from include.analytics.api.document import document
from include.analytics.api.memory import Memory
from include.analytics.api.problems import answer_with_problems
from include.analytics.headers import SecurityHeaders
from include.analytics.pages.refusal import WayIn
from include.analytics.reading import Reader

VERSION = "1"
_ROUTERS = (
    state.router,
    choices.router,
    sales.router,
    purchases.router,
    payments.router,
    orders.router,
    covid.router,
    operations.router,
    tables.router,
)


def application(
    reader: Callable[[], Reader],
    guards: Sequence[Depends] = (),
    *,
    way_in: Callable[[Request], WayIn] = lambda _request: WayIn(),
    airflow_url: str | None = None,
) -> FastAPI:
    """The application over a reader, which is opened at the first question.

    ``guards`` are FastAPI dependencies that refuse (401, 403) whoever may not look; they stand before every page
    and every answer, the OpenAPI document included. Scripts, styles and icons are open: they hold nothing.
    ``way_in`` is what a refused browser is told to do; ``airflow_url`` is Airflow's address, for links to runs:
    without it there are none.
    """
    served = FastAPI(
        title="Totes ETL",
        version=VERSION,
        description="The warehouse of Terrific Totes: what was sold, bought and paid, COVID-19 in the US, and how the"
        " pipeline does.",
        docs_url=None,  # its scripts would come from elsewhere
        redoc_url=None,
        openapi_url=None,
    )
    served.state.reader = cache(reader)
    served.state.memory = Memory()
    served.state.streams = Semaphore(STREAMS)
    served.state.airflow_url = airflow_url
    served.state.way_in = way_in
    served.include_router(_api(served), prefix="/api/v1", dependencies=guards)
    served.include_router(pages.router, dependencies=guards)
    served.router.routes.extend(pages.asset_routes())
    served.add_middleware(GZipMiddleware, minimum_size=2_000, compresslevel=5)
    served.add_middleware(SecurityHeaders)
    answer_with_problems(served)
    return served


def _api(served: FastAPI) -> APIRouter:
    api = APIRouter()
    for router in _ROUTERS:
        api.include_router(router)

    @api.get("/openapi.json", include_in_schema=False)
    def read_openapi(request: Request) -> JSONResponse:
        """The OpenAPI document, with the address that it is asked at."""
        servers = [{"url": request.scope.get("root_path") or "/"}]
        return JSONResponse({**document(served), "servers": servers})

    return api
