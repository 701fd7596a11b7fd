from __future__ import annotations

import io

import pytest

from local.console import confirmed, span, table


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.84, "0.8 s"),
        (47.2, "47 s"),
        (60, "1 min 0 s"),
        (185, "3 min 5 s"),
        (8040, "2 h 14 min"),
        (273600, "3 d 4 h"),
    ],
)
def test_a_duration_reads_as_people_say_it(seconds: float, text: str) -> None:
    assert span(seconds) == text


def test_a_table_is_aligned() -> None:
    assert table(("name", "rows"), [("a", "1"), ("longer", "1,000")]) == (
        "  name     rows\n  a           1\n  longer  1,000"
    )


@pytest.mark.parametrize(
    ("typed", "expected"), [("yes\n", True), ("Y \n", True), ("no\n", False), ("\n", False), ("", False)]
)
def test_only_a_yes_is_one_and_a_closed_terminal_is_none(
    typed: str, expected: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    assert confirmed("Remove it?") is expected
    assert ("Nothing was removed" in capsys.readouterr().out) is not expected
