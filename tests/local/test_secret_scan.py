"""The scan for secrets finds them."""

import pytest

from local import secret_scan
from local.settings import ROOT


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("AWS Access Key", "key = 'AKIA" + "IOSFODNN7ABCDEFG'"),
        ("Private Key", "-----BEGIN RSA " + "PRIVATE KEY-----"),
        ("Basic Auth Credentials", "postgresql://totes:" + "hunter2hunter2@db.example/warehouse"),
        ("Secret Keyword", "password = " + "'Tr0ub4dor&3'"),
    ],
)
def test_a_secret_is_found(tmp_path, kind, line):
    (tmp_path / "settings.py").write_text(f"import os\n{line}\n")
    assert (kind, 2) in {(one.kind, one.line) for one in secret_scan.new_in(tmp_path, ["settings.py"])}


def test_what_was_looked_at_is_not_found_again():
    name = "tests/test_connections.py"
    assert f'"{name}"' in (ROOT / secret_scan.BASELINE).read_text()
    assert secret_scan.new_in(ROOT, [name]) == []


def test_what_is_known_of_one_file_is_new_in_another(tmp_path):
    name = "tests/test_connections.py"
    (tmp_path / "copied.py").write_text((ROOT / name).read_text())
    assert secret_scan.new_in(tmp_path, ["copied.py"]) != []
