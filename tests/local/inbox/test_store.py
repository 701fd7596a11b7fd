from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.inbox.store import Folder, arrival_id, arrived_at

AT = datetime(2024, 11, 14, 14, 5, 12, 345678, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "mail", ".eml", limit=3)
    made.prepare()
    return made


def test_the_oldest_beyond_the_limit_are_removed(folder: Folder) -> None:
    ids = [arrival_id(AT + timedelta(seconds=number), f"{number:04}") for number in range(5)]
    for one in ids:
        folder.add(one, one.encode())
    assert folder.ids() == [ids[4], ids[3], ids[2]]
    assert (folder.read(ids[4]), folder.read(ids[0])) == (ids[4].encode(), None)


def test_the_same_arrival_twice_is_one(folder: Folder) -> None:
    for _ in range(2):
        folder.add(arrival_id(AT, "ab12"), b"x")
    assert len(folder.ids()) == 1


def test_what_is_half_written_is_not_shown_and_cleared_at_the_next_start(folder: Folder) -> None:
    (folder.path / f".{arrival_id(AT, '0001')}").write_bytes(b"half")
    assert folder.ids() == []
    folder.prepare()
    assert list(folder.path.iterdir()) == []


@pytest.mark.parametrize("asked", ["../secrets", "/etc/passwd", "", ".", "20241114T140512.345678Z-0001/../x"])
def test_only_ids_are_read(folder: Folder, asked: str) -> None:
    (folder.path.parent / "secrets.eml").write_text("x")
    assert folder.read(asked) is None


def test_an_id_sorts_by_its_instant_and_tells_it() -> None:
    assert arrived_at(arrival_id(AT, "0001")) == AT
    assert arrival_id(AT, "ff") < arrival_id(AT + timedelta(microseconds=1), "00")
