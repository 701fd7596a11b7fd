"""`/operations`: what ran, how fresh every table is, and what is wrong."""

from fastapi import APIRouter

from include.analytics.api.operations import alerts, findings, freshness, runs

router = APIRouter(prefix="/operations", tags=["operations"])
for _one in (freshness, runs, findings, alerts):
    router.include_router(_one.router)
