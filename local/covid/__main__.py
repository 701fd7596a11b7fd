"""`python -m local.covid`: the process that the supervisor keeps running; it ends at SIGTERM."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from local.covid import clock
from local.covid.site import site
from local.program import HOST


def serve(home: Path, port: int) -> None:
    """Publish the files until the process is told to end; the clock of `home` starts if it does not go yet.

    Raises `StackError` for a damaged clock.
    """
    clock.start(home, datetime.now(UTC))
    clock.read(home)
    uvicorn.run(
        site(home),
        host=HOST,
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=2,
    )


if __name__ == "__main__":
    serve(Path(os.environ["COVID_HOME"]), int(os.environ["COVID_PORT"]))
