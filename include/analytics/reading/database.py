"""A DuckDB database that holds one state of the extracts, and takes the next one in a single transaction."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import duckdb
import sqlalchemy as sa

from include.analytics.extracts.manifest import Extracted, Manifest
from include.analytics.extracts.tables import BY_NAME, EXTRACTS, Extract
from include.analytics.queries import stars
from include.analytics.reading.dialect import RATIO, type_sql
from include.catalog import TABLES
from include.manifest import StoredFile
from include.processed.schema import arrow_type
from include.warehouse.views import star_statements

Fetch = Callable[[StoredFile], Any]
"""Opens a part, as `ObjectStore.open` does."""

_SETTINGS = (
    "SET TimeZone = 'UTC'",
    "SET default_null_order = 'nulls_last_on_asc_first_on_desc'",  # as PostgreSQL sorts
    "SET autoinstall_known_extensions = false",
    "SET autoload_known_extensions = false",
)


class Database:
    """The tables and views of the warehouse, in a folder of their own.

    Questions run in cursors, each in a transaction that sees one state, however often `take` brings a newer one.
    """

    def __init__(self, folder: Path, *, memory_mb: int, threads: int) -> None:
        self._part = folder / "part.parquet"
        self._held: dict[str, tuple[str, ...]] = {}
        settings: dict[str, Any] = {
            "memory_limit": f"{memory_mb}MB",
            "threads": threads,
            "temp_directory": str(folder / "spill"),
        }
        self._connection = duckdb.connect(folder / "extracts.duckdb", config=settings)
        for statement in (*_SETTINGS, *_tables(), *_views(), RATIO):
            self._connection.execute(statement)
        self._connection.execute(f"SET allowed_directories = ['{folder}']")
        for statement in ("SET enable_external_access = false", "SET lock_configuration = true"):
            self._connection.execute(statement)

    def close(self) -> None:
        """Give the files back."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor that sees one state."""
        with closing(self._connection.cursor()) as cursor:
            cursor.begin()
            yield cursor

    def take(self, manifest: Manifest, fetch: Fetch) -> None:
        """Bring every table to what a manifest names: all of them, or none where something fails."""
        held = {name: tuple(part.key for part in table.parts) for name, table in manifest.tables.items()}
        with self.transaction() as cursor:
            for extract in EXTRACTS:
                if extract.name in manifest.tables:
                    self._bring(cursor, extract, manifest.tables[extract.name], fetch)
            _note_versions(cursor, manifest)
            cursor.commit()
        self._held = held

    def refresh(self, fresh: Mapping[str, tuple[str, datetime]]) -> None:
        """Note up to when tables hold everything, where they stand at the load that was seen then."""
        with self.transaction() as cursor:
            for table, (load_id, fresh_at) in fresh.items():
                cursor.execute(
                    "UPDATE etl_watermark SET fresh_at = $1 WHERE table_name = $2 AND load_id = $3 AND fresh_at < $1",
                    [fresh_at, table, load_id],
                )
            cursor.commit()

    def _bring(self, cursor: duckdb.DuckDBPyConnection, extract: Extract, wanted: Extracted, fetch: Fetch) -> None:
        held, keys = self._held.get(extract.name, ()), [part.key for part in wanted.parts]
        if tuple(keys) == held:
            return
        is_continued = held == tuple(keys[: len(held)])
        if not is_continued:
            cursor.execute(f"CREATE OR REPLACE TABLE {extract.name} ({_columns(extract)})")
        for part in wanted.parts[len(held) if is_continued else 0 :]:
            with fetch(part) as body:
                self._add(cursor, extract, body)

    def _add(self, cursor: duckdb.DuckDBPyConnection, extract: Extract, body: IO[bytes]) -> None:
        """Add a part's rows; what they supersede or replace is marked or removed."""
        with self._part.open("wb") as copy:
            shutil.copyfileobj(body, copy)
        try:
            rows = f"read_parquet('{self._part}')"
            names = _common(cursor, extract, rows)
            if extract.growth == "versions":
                _supersede(cursor, extract, rows)
                (record_id,) = extract.key
                is_current = f"{record_id} = max({record_id}) OVER (PARTITION BY {', '.join(extract.natural_key)})"
                names = {**names, "is_current": is_current}
            elif extract.growth == "latest":
                cursor.execute(f"DELETE FROM {extract.name} AS held WHERE EXISTS ({_same(extract, rows)})")  # noqa: S608
            cursor.execute(
                f"INSERT INTO {extract.name} ({', '.join(names)}) SELECT {', '.join(names.values())} FROM {rows}"  # noqa: S608
            )
        finally:
            self._part.unlink()


def _tables() -> Iterable[str]:
    for extract in EXTRACTS:
        yield f"CREATE TABLE {extract.name} ({_columns(extract)})"
    yield "CREATE TABLE extracted (table_name VARCHAR, load_id VARCHAR, loaded_at VARCHAR)"


def _views() -> Iterable[str]:
    return (statement for table in TABLES.values() for statement in star_statements(table))


def _columns(extract: Extract) -> str:
    return ", ".join(f'"{column.name}" {_type(column)}' for column in stars.table(extract.name).c)


def _type(column: sa.Column[Any]) -> str:
    """A column's type; of a bare numeric the precision that its source has."""
    table = TABLES.get(column.table.name)
    declared = next((one for one in table.columns if one.name == column.name), None) if table else None
    if declared is not None and declared.type.precision is not None:
        return str(arrow_type(declared.type)).replace("decimal128", "DECIMAL")
    return type_sql(column.type)


def _common(cursor: duckdb.DuckDBPyConnection, extract: Extract, rows: str) -> dict[str, str]:
    """The columns that both a part and its table have: whoever wrote it may be of another version."""
    cursor.execute(f"SELECT * FROM {rows} LIMIT 0")  # noqa: S608  names of ours
    found = {column[0] for column in cursor.description or ()}
    return {column.name: column.name for column in BY_NAME[extract.name].columns if column.name in found}


def _supersede(cursor: duckdb.DuckDBPyConnection, extract: Extract, rows: str) -> None:
    cursor.execute(
        f"UPDATE {extract.name} AS held SET is_current = false WHERE is_current AND EXISTS ({_same(extract, rows)})"  # noqa: S608
    )


def _same(extract: Extract, rows: str) -> str:
    same = " AND ".join(f"part.{name} = held.{name}" for name in extract.natural_key)
    return f"SELECT 1 FROM {rows} AS part WHERE {same}"  # noqa: S608  names of ours


def _note_versions(cursor: duckdb.DuckDBPyConnection, manifest: Manifest) -> None:
    """Which load each table stands at: what the version of an answer is made of."""
    cursor.execute("DELETE FROM extracted")
    cursor.execute("INSERT INTO extracted VALUES ('schema', $1, '')", [manifest.revision])
    for name, table in manifest.tables.items():
        if table.position is not None:
            at = table.position.loaded_at.isoformat()
            cursor.execute("INSERT INTO extracted VALUES ($1, $2, $3)", [name, table.position.load_id, at])
