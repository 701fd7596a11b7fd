from __future__ import annotations

import io

import pytest

from local.console import confirmed, say, span, table


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


@pytest.mark.parametrize(
    ("stack", "text"),
    [
        ("", "`make run PORT=1`, `make fail-demo`; `make env`"),
        ("compose", "`make run STACK=compose PORT=1`, `make fail-demo STACK=compose`; `make env`"),
    ],
)
def test_a_command_that_is_named_is_that_of_the_stack_that_was_asked_for(
    stack: str, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STACK", stack)
    for once_or_twice in ("`make run PORT=1`, `make fail-demo`; `make env`", text):
        say(once_or_twice)
        assert capsys.readouterr().out == f"{text}\n"
