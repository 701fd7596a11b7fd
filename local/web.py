"""How the stack's own little web servers serve: on loopback, silently, and gone soon after SIGTERM."""

from __future__ import annotations

import uvicorn
from starlette.applications import Starlette

from local.program import HOST


def server(application: Starlette, port: int) -> uvicorn.Server:
    """A server of an application on a port; it is not started yet."""
    config = uvicorn.Config(
        application,
        host=HOST,
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
