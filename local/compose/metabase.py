"""`python -m local.compose.metabase`: `metabase-setup` makes Metabase's admin, and its connection to the warehouse.

By Metabase's API (https://www.metabase.com/docs/latest/api): `setup` with the token that `session/properties` shows
while nobody is set up, then `database`. Idempotent: an instance that is set up is left alone. Then it waits for its
end: `docker compose up --wait` fails on a container that has ended, unless another one waits for that
(https://github.com/docker/compose/issues/10596).
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request

from local.airflow_settings import MAIL_TO
from local.compose import places
from local.console import say
from local.databases import READERS
from local.program import DIRECT

URL = "http://metabase:3000/api"
DONE = Path("/tmp/done")  # noqa: S108 # nosec B108 # of a container of its own
"""What the health check looks for."""


def set_up(url: str, admin_password: str, reader_password: str) -> str:
    """Set Metabase up unless it is; returns what was done. Raises `HTTPError` if it refuses."""
    found = _ask(f"{url}/session/properties")
    if found.get("has-user-setup"):
        return "Metabase is set up already"
    admin = {"first_name": "Totes", "last_name": "Admin", "email": MAIL_TO, "password": admin_password}
    asked = {"token": found["setup-token"], "user": admin, "prefs": {"site_name": "Totes", "allow_tracking": False}}
    session = _ask(f"{url}/setup", asked)["id"]
    _ask(f"{url}/database", warehouse(reader_password), {"X-Metabase-Session": session})
    return f"Metabase knows the warehouse, and {MAIL_TO} as its admin"


def warehouse(password: str) -> dict[str, object]:
    """The warehouse as Metabase is told: by the role that only reads, its views and tables in schema public."""
    host, port = places.POSTGRES
    details = {"host": host, "port": port, "dbname": "warehouse", "user": READERS["warehouse"], "password": password}
    schemas = {"schema-filters-type": "inclusion", "schema-filters-patterns": "public"}
    return {"engine": "postgres", "name": "Totes warehouse", "details": {**details, **schemas, "ssl": False}}


def _ask(url: str, body: object = None, headers: Mapping[str, str] | None = None) -> Any:
    content = None if body is None else json.dumps(body).encode()
    request = Request(url, content, {"Content-Type": "application/json", **(headers or {})})  # noqa: S310 # http, ours
    with DIRECT.open(request, timeout=60) as answer:
        return json.load(answer)


if __name__ == "__main__":
    try:
        say(set_up(URL, os.environ["METABASE_PASSWORD"], os.environ["READER_PASSWORD"]))
    except HTTPError as error:
        say(f"Metabase refuses ({error.code}): {error.read()[:500].decode(errors='replace')}")
        sys.exit(1)
    DONE.touch()
    signal.pause()
