"""How the stack's own little web servers serve: on loopback, silently, and gone soon after SIGTERM.

In a container `LISTEN_ON` is its own address; there the ports that are published, on loopback, are what is open.
"""

from __future__ import annotations

import os

import uvicorn
from starlette.applications import Starlette

from local.program import HOST


def server(application: Starlette, port: int) -> uvicorn.Server:
    """A server of an application on a port; it is not started yet."""
    config = uvicorn.Config(
        application,
        host=os.environ.get("LISTEN_ON", HOST),
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
    )
    return uvicorn.Server(config)
