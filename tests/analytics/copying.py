"""Many orders made of one, for what only shows at size."""

from typing import Any

import psycopg


def multiply(admin: psycopg.Connection[Any], orders: int, *, versions: int, first: int) -> None:
    """Copies of one sales order under new numbers, each with so many versions, a day apart from 2024-01-02 on."""
    columns = [column.name for column in admin.execute("SELECT * FROM fact_sales_order LIMIT 0").description or ()]
    own = {
        "sales_record_id": f"{first} + n * 10 + version",
        "sales_order_id": f"{first} + n",
        "units_sold": "100 + version",
        "is_current": f"version = {versions}",
        "_seen_at": "'2024-01-01'::timestamptz + version * interval '1 day'",
    }
    chosen = ", ".join(own.get(name, f"o.{name}") for name in columns)
    admin.execute("SET session_replication_role = replica")  # its keys were checked on the row that is copied
    admin.execute(
        f"INSERT INTO fact_sales_order ({', '.join(columns)}) SELECT {chosen} FROM"
        " (SELECT * FROM fact_sales_order ORDER BY sales_order_id LIMIT 1) AS o,"
        f" generate_series(1, {orders}) AS n, generate_series(1, {versions}) AS version"
    )


def admin_of(pg_server: Any, conninfo: str) -> psycopg.Connection[Any]:
    """The superuser's connection to the database of a connection string."""
    database = psycopg.conninfo.conninfo_to_dict(conninfo)["dbname"]
    return psycopg.connect(pg_server.conninfo(str(database)), autocommit=True)
