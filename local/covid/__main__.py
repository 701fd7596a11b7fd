"""`python -m local.covid`: the process that the supervisor keeps running; it ends at SIGTERM."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from local.covid import clock
from local.covid.site import site
from local.web import server


def serve(home: Path, port: int) -> None:
    """Publish the files until the process is told to end; the clock of `home` starts if it does not go yet.

    Raises `StackError` for a damaged clock.
    """
    clock.start(home, datetime.now(UTC))
    clock.read(home)
    server(site(home), port).run()


if __name__ == "__main__":
    serve(Path(os.environ["COVID_HOME"]), int(os.environ["COVID_PORT"]))
