"""The dashboards and their API inside Airflow: at `/totes/`, for whoever may look at plugins.

Every component imports this file when it starts, and tasks are forked from one of them. So the application is
imported and made where it is served, in the api-server, at the first request; what fails there fails `/totes/` alone.
"""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from airflow.plugins_manager import AirflowPlugin

if TYPE_CHECKING:
    from fastapi import FastAPI, Request
    from mypy_boto3_s3 import S3Client
    from starlette.types import Receive, Scope, Send

    from include.analytics.pages.refusal import WayIn
    from include.analytics.reading import Reader

CONNECTION = "warehouse_reader"
"""The Airflow connection to the warehouse, as a role that may only read."""

_S3 = {"connect_timeout": 5, "read_timeout": 30, "retries": {"mode": "standard", "max_attempts": 3}}


class Dashboards:
    """The application as Airflow mounts it; made at the first request, in the process that answers it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        from starlette.concurrency import run_in_threadpool

        application = await run_in_threadpool(_application)
        await application(scope, receive, send)


class TotesDashboard(AirflowPlugin):
    """Mounts the dashboards, and adds them to Airflow's navigation."""

    name = "totes_dashboard"
    fastapi_apps = [{"name": "Totes", "url_prefix": "/totes", "app": Dashboards()}]  # noqa: RUF012 # as Airflow declares it
    external_views = [  # noqa: RUF012 # as Airflow declares it
        {
            "name": "Totes",
            "href": "totes/",  # relative to Airflow's own address, wherever that is
            "destination": "nav",
            "nav_top_level": True,
            "url_route": "totes",
        }
    ]


@cache
def _application() -> FastAPI:
    from airflow.api_fastapi.auth.managers.models.resource_details import AccessView
    from airflow.api_fastapi.core_api.security import requires_access_view
    from airflow.configuration import conf
    from fastapi import Depends

    from include.analytics.app import application

    guards = [Depends(requires_access_view(AccessView.PLUGINS))]
    return application(_reader, guards, way_in=_way_in, airflow_url=conf.get("api", "base_url", fallback=None))


def _reader() -> Reader:
    from include.analytics.reading.chosen import chosen

    return chosen(os.environ, warehouse=_conninfo, lake=_s3)


def _conninfo() -> str:
    """libpq's connection string of the connection, its extras (SSL's among them) included."""
    from airflow.providers.postgres.hooks.postgres import PostgresHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    from include.connections import of_parts, parts_of
    from include.errors import SettingError

    hook = PostgresHook(postgres_conn_id=CONNECTION)
    try:
        found = hook.connection
    except AirflowNotFoundException as error:
        raise SettingError(
            f"Airflow connection {CONNECTION}",
            found="nothing",
            expected="a connection of that name, whose role may read the warehouse",
            remedy=f"define it as AIRFLOW_CONN_{CONNECTION.upper()}, in the secrets backend, or under Admin > "
            "Connections",
        ) from error
    extra = found.extra_dejson
    login, password, port = found.login, found.password, found.port
    if extra.get("iam"):
        login, password, port = hook.get_iam_token(found)
    parts = parts_of(found.host, port, login, password, found.schema)
    return of_parts(f"Airflow connection {CONNECTION}", parts, extra)


def _s3() -> S3Client:
    from airflow.providers.amazon.aws.hooks.s3 import S3Hook

    return S3Hook(aws_conn_id="totes_aws", config=_S3).get_conn()


def _way_in(request: Request) -> WayIn:
    from airflow.api_fastapi.app import get_auth_manager

    from include.analytics.pages.refusal import WayIn

    return WayIn(
        unknown="These pages are part of Airflow: log in there.",
        forbidden="Your role in Airflow may not look at plugins. Ask whoever administers it for the right.",
        login=get_auth_manager().get_url_login(next_url=str(request.url)),
    )
