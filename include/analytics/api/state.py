"""`/state`: how far the warehouse is behind its source, and whether anything was loaded since one looked."""

from datetime import datetime

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from include.analytics.api.asking import Asked
from include.analytics.api.problems import DOCUMENTED
from include.analytics.queries import freshness

router = APIRouter(tags=["freshness"])


class State(BaseModel):
    """What an open page asks every few seconds."""

    version: str = Field(description="Changes whenever anything was loaded.")
    now: datetime = Field(description="The clock of whoever answers.")
    stands_at: datetime | None = Field(description="Up to when every table holds every change; NULL: not loaded yet.")
    behind_s: float | None = Field(description="Seconds since then.")
    slowest: str | None = Field(description="The table that is the furthest behind.")
    limit_s: float = Field(description="How far behind it may be.")
    is_late: bool


@router.get("/state", response_model=State, responses=DOCUMENTED)
def read_state(asked: Asked) -> Response:
    """The warehouse's version, and how far it is behind."""
    answer = asked.now(freshness.state)
    return JSONResponse(State(**answer).model_dump(mode="json"), headers={"Cache-Control": "no-store"})
