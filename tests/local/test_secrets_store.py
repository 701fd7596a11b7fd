from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from local import secrets_store
from local.errors import StackError


def test_secrets_are_made_once_in_a_file_of_its_owner(tmp_path: Path) -> None:
    made = secrets_store.load_or_generate(tmp_path)
    file = tmp_path / secrets_store.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secrets_store.load_or_generate(tmp_path) == made
    texts = secrets_store.as_texts(made)
    assert len(set(texts)) == len(texts) == 16
    assert min(map(len, texts)) >= 20


def test_a_secret_that_a_later_version_needs_is_added_and_the_others_stay(tmp_path: Path) -> None:
    made = secrets_store.load_or_generate(tmp_path)
    file = tmp_path / secrets_store.FILE
    file.write_text(json.dumps({n: v for n, v in json.loads(file.read_text()).items() if n != "analyst"}))
    again = secrets_store.load_or_generate(tmp_path)
    assert again.analyst not in ("", made.analyst)
    assert again.postgres == made.postgres


def test_a_damaged_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / secrets_store.FILE).write_text("{")
    with pytest.raises(StackError, match="make reset"):
        secrets_store.load_or_generate(tmp_path)
    assert (tmp_path / secrets_store.FILE).read_text() == "{"


def test_no_secret_is_in_a_repr() -> None:
    made = secrets_store.generate_all()
    assert not [text for text in secrets_store.as_texts(made) if text in repr(made)]
