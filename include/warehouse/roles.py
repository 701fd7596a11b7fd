"""Who may do what in the warehouse: its owner migrates, `totes_etl` writes rows, `analyst` reads.

The owner gives these rights itself, after every migration, so that they hold wherever nobody is a superuser.
Roles and database are made by whoever has the server: `make run` here, an administrator by `docs/roles.md` elsewhere.
"""

from collections.abc import Sequence

from psycopg import sql

from include.environment import PRODUCTION, TESTING, Environment
from include.errors import SettingError
from include.warehouse.connection import Connection

OWNER = "warehouse_owner"
"""Who migrates, as the embedded stack and `docs/roles.md` call it; any owner of the database will do."""

LOADER = "totes_etl"
"""Who loads: may read, add, change and remove rows; may not make, alter, empty at once or drop a table."""

READER = "analyst"
"""Who may only read, and production alone."""

_OURS = """
SELECT relname, relkind FROM pg_class
WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'v', 'S') AND pg_has_role(relowner, 'USAGE')
ORDER BY relname
"""
"""What the role has in the schema: tables, views and sequences; it cannot grant what an administrator made there."""


def require_owner(connection: Connection) -> None:
    """Raise ``SettingError`` unless the role may make tables in its schema, and those that get rights are there."""
    found = connection.info
    (may,) = connection.execute("SELECT has_schema_privilege(current_schema(), 'CREATE')").fetchone() or (False,)
    if not may:
        raise SettingError(
            f"warehouse {found.host}:{found.port}/{found.dbname}",
            found=f"the role {found.user}, which may not make tables there",
            expected=f"the database's owner ({OWNER})",
            remedy="migrate as the owner: WAREHOUSE_DSN names it; the role that loads cannot",
        )
    known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
    if absent := {LOADER, READER} - known:
        raise SettingError(
            f"warehouse {found.host}:{found.port}/{found.dbname}",
            found=f"no role {' and no role '.join(sorted(absent))}",
            expected=f"{LOADER}, which loads, and {READER}, which reads",
            remedy="have an administrator make them: docs/roles.md; then migrate again",
        )


def grant(connection: Connection, environment: Environment, version_table: str) -> None:
    """Give the loader, and in production the readers, their rights on all that the owner has in the schema.

    ``version_table`` alone is not the loader's to write. Idempotent.
    """
    found = connection.execute(_OURS).fetchall()
    tables, views, sequences = ([name for name, kind in found if kind == wanted] for wanted in "rvS")
    written = [name for name in tables if name != version_table]
    rights: list[tuple[str, list[str]]] = [
        ("REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC", []),
        ("GRANT USAGE ON SCHEMA {schema} TO {loader}", []),
        ("GRANT SELECT, INSERT, UPDATE, DELETE ON {names} TO {loader}", written),
        ("GRANT SELECT ON {names} TO {loader}", [version_table, *views]),
        ("GRANT USAGE ON SEQUENCE {names} TO {loader}", sequences),
        ("GRANT EXECUTE ON FUNCTION {names}(regclass) TO {loader}", ["etl_restart_numbers"]),
    ]
    if environment is PRODUCTION:
        rights += [
            ("GRANT USAGE ON SCHEMA {schema} TO {reader}", []),
            ("GRANT SELECT ON {names} TO {reader}", [*tables, *views]),
            # What the owner makes beside our tables, by hand, is to be read without another word.
            ("ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT ON TABLES TO {reader}", []),
        ]
    for statement, names in rights:
        connection.execute(_filled(statement, environment.warehouse_schema, names))


def open_source(connection: Connection) -> None:
    """Let the loader make testing's dummy source in a schema that is there: the one place where it may make tables."""
    connection.execute(_filled("GRANT USAGE, CREATE ON SCHEMA {schema} TO {loader}", TESTING.source_schema))


def _filled(statement: str, schema: str, names: Sequence[str] = ()) -> sql.Composed:
    return sql.SQL(statement).format(
        schema=sql.Identifier(schema),
        loader=sql.Identifier(LOADER),
        reader=sql.Identifier(READER),
        names=sql.SQL(", ").join(sql.Identifier(schema, name) for name in names),
    )
