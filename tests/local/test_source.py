from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from local import source
from local.errors import StackError
from local.shop import schema
from local.shop.errors import ShopError
from tests.conftest import PgServer


@pytest.fixture
def empty_shop(pg_server: PgServer) -> Iterator[str]:
    pg_server.create("unfilled", "totesys")
    yield pg_server.conninfo("unfilled", "shop")
    pg_server.drop("unfilled")


def orders(conninfo: str) -> int:
    with psycopg.connect(conninfo) as conn:
        row = conn.execute("SELECT count(*) FROM sales_order").fetchone()
    assert row is not None
    return int(row[0])


def write_snapshot(folder: Path, departments: str) -> Path:
    """One department and, in ten tables, nothing but the header."""
    folder.mkdir()
    for table in schema.TABLES:
        (folder / f"{table}.csv").write_text(",".join(_COLUMNS[table]) + "\n")
    with (folder / "department.csv").open("a") as file:
        file.write(departments)
    return folder


@pytest.fixture(scope="module", autouse=True)
def _columns(source_template: str, pg_server: PgServer) -> None:
    with pg_server.copy_of(source_template, "totesys") as name, psycopg.connect(pg_server.conninfo(name)) as conn:
        _COLUMNS.update({table: schema.columns(conn, table) for table in schema.TABLES})


_COLUMNS: dict[str, tuple[str, ...]] = {}


def test_the_shop_is_filled_once_and_kept(empty_shop: str, tmp_path: Path) -> None:
    assert "demo rows until" in source.fill(empty_shop, None)
    filled = orders(empty_shop)
    assert filled > 10_000
    assert "keeps its demo rows" in source.fill(empty_shop, None)
    assert orders(empty_shop) == filled
    with pytest.raises(StackError, match=r"already holds its demo rows.*make reset"):
        source.check(empty_shop, tmp_path)


def test_a_snapshot_is_recognised_when_it_is_asked_for_again(empty_shop: str, tmp_path: Path) -> None:
    row = ["1"] + [
        "2024-01-01" if name in ("created_at", "last_updated") else "x" for name in _COLUMNS["department"][1:]
    ]
    folder = write_snapshot(tmp_path / "real", ",".join(row) + "\n")
    assert "has 1 rows in 11 tables" in source.fill(empty_shop, folder)
    assert "keeps its snapshot" in source.fill(empty_shop, folder)
    assert "keeps its snapshot" in source.fill(empty_shop, None)


def test_a_snapshot_that_does_not_load_leaves_nothing_behind(empty_shop: str, tmp_path: Path) -> None:
    folder = write_snapshot(tmp_path / "broken", "one,two,three\n")
    with pytest.raises(ShopError, match=r"department\.csv"):
        source.fill(empty_shop, folder)
    assert "demo rows until" in source.fill(empty_shop, None)
