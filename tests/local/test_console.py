from __future__ import annotations

import pytest

from local.console import span, table


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
