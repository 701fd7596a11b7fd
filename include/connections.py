"""Airflow's connections to databases, read without Airflow: `AIRFLOW_CONN_…`, as JSON or as a URI."""

import json
import os
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from psycopg.conninfo import make_conninfo
from psycopg.pq import Conninfo

from include import tls
from include.errors import SettingError

_TYPES = {"postgres", "postgresql"}
_DEFAULTS: dict[str, Any] = {"connect_timeout": 5, "application_name": "totes"}
PATIENCE: Mapping[str, int] = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""libpq's parameters by which a half-open connection is given up after about a minute instead of never."""


def conninfo(name: str, environment: Mapping[str, str]) -> str:
    """The libpq connection string of the Airflow connection ``name``; empty where none is set.

    Of its extras those count that libpq knows. Where the server is not this machine its certificate is verified.
    Raises ``SettingError``, which never shows the value.
    """
    variable = f"AIRFLOW_CONN_{name.upper()}"
    text = environment.get(variable, "").strip()
    if not text:
        return ""
    parts, extra = _of_json(variable, text) if text.startswith("{") else _of_uri(variable, text)
    return of_parts(f"setting {variable}", parts, extra, environment)


def of_parts(
    where: str, parts: Mapping[str, Any], extra: Mapping[str, Any], environment: Mapping[str, str] = os.environ
) -> str:
    """The libpq connection string of a connection's ``parts`` (libpq's names) and those extras that libpq knows.

    What the extras say holds, as in Airflow's hook. ``where`` is what the connection is called in an error.
    """
    known = {option.keyword.decode() for option in Conninfo.get_defaults()}
    given = {key: value for key, value in parts.items() if value}
    given |= {key: value for key, value in extra.items() if key in known}
    given |= tls.required(where, given, environment)
    return make_conninfo(**{**_DEFAULTS, **given})


def _of_json(variable: str, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        given = json.loads(text)
        extra = given.get("extra") or {}
        extra = json.loads(extra) if isinstance(extra, str) else dict(extra)
        port = int(given.get("port") or 0)
    except (ValueError, TypeError):
        _refuse(variable, "JSON that cannot be read")
    if given.get("conn_type") not in _TYPES:
        _refuse(variable, f"a connection of type {given.get('conn_type')!r}")
    return parts_of(given.get("host"), port, given.get("login"), given.get("password"), given.get("schema")), extra


def _of_uri(variable: str, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    try:
        url = urlsplit(text)
        port = url.port or 0
        extra = _query(url)
    except (ValueError, TypeError):
        _refuse(variable, "a URI that cannot be read")
    if url.scheme not in _TYPES:
        _refuse(variable, "a URI of another type" if url.scheme else "neither JSON nor a URI")
    database = url.path.removeprefix("/")
    if "@" in url.path + url.query + url.fragment or "/" in database:
        # A password with a bare slash ends where it should not, and its rest would be shown as the database.
        _refuse(variable, "a URI with a special character that is not percent-encoded")
    names = (unquote(part) if part else None for part in (url.hostname, url.username, url.password, database))
    host, login, password, schema = names
    return parts_of(host, port, login, password, schema), extra


def _query(url: SplitResult) -> dict[str, Any]:
    given = dict(parse_qsl(url.query))
    return {**given, **json.loads(given.pop("__extra__", "{}"))}


def parts_of(host: object, port: object, login: object, password: object, schema: object) -> dict[str, Any]:
    """What Airflow calls the parts of a connection, by libpq's names."""
    return {"host": host, "port": port, "user": login, "password": password, "dbname": schema}


def _refuse(variable: str, found: str) -> NoReturn:
    raise SettingError(
        f"setting {variable}",
        found=found,
        expected='a PostgreSQL connection as Airflow takes it: {"conn_type": "postgres", "host": …} or'
        " postgresql://login:password@host:port/database, percent-encoded",
        remedy="correct the environment variable and ask again",
    ) from None
