"""Which schema a connection's unqualified names mean: exactly one, from its first statement to its last."""

from typing import Any

import psycopg

from include.errors import SettingError


def option(schema: str, options: str = "") -> str:
    """libpq's ``options`` that set the search path, after those given: of two settings the last one holds."""
    return f"{options} -c search_path={schema}".strip()


def require(connection: psycopg.Connection[Any], schema: str) -> None:
    """Raise ``SettingError`` unless the connection, on which no transaction is open, has this search path alone.

    A pooler that drops libpq's ``options`` would else let a test read and write production.
    """
    (found,) = connection.execute("SHOW search_path").fetchone() or ("",)
    connection.rollback()
    if found != schema:
        raise SettingError(
            f"database {connection.info.host}:{connection.info.port}/{connection.info.dbname}",
            found=f"search_path {found!r} although the connection asks for {schema!r}",
            expected="a server that follows libpq's options",
            remedy="let the Airflow connection lead to the server itself, or have the pooler hand on the parameter"
            " `options`; nothing was read or written",
        )
