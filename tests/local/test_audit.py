from __future__ import annotations

from local.audit import verdict

FINE = {"name": "fine", "version": "1", "vulns": []}
FLAWED = {"name": "flawed", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["2.1"]}]}
UNKNOWN = {"name": "unknown", "skip_reason": "not found"}


def test_a_vulnerable_package_fails_and_is_named() -> None:
    clean, told = verdict([FINE, FLAWED, UNKNOWN], strict=False)
    assert not clean
    assert "flawed 2: CVE-1, mended in 2.1" in told


def test_all_looked_up_and_none_vulnerable_passes() -> None:
    assert verdict([FINE, FINE], strict=True) == (True, "No known vulnerability in 2 packages.")


def test_what_could_not_be_looked_up_is_said_and_fails_where_that_matters() -> None:
    for packages in ([FINE, UNKNOWN], []):
        clean, told = verdict(packages, strict=False)
        assert clean
        assert told.startswith("NOT AUDITED")
        assert not verdict(packages, strict=True)[0]
