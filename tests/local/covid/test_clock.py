"""The files' own time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from local.covid import clock
from local.covid.clock import FIRST_MOMENT, Clock
from local.errors import StackError

SET_UP = datetime(2026, 11, 20, 22, tzinfo=UTC)
TICKING = Clock(SET_UP)


def test_a_day_of_the_files_is_five_minutes() -> None:
    assert TICKING.moment(SET_UP) == FIRST_MOMENT
    assert TICKING.moment(SET_UP + timedelta(minutes=5)) == FIRST_MOMENT + timedelta(days=1)
    assert TICKING.moment(SET_UP + timedelta(hours=1)) == FIRST_MOMENT + timedelta(days=12)


def test_it_stays_in_the_present_once_it_is_there() -> None:
    arrived = SET_UP + timedelta(days=10)
    assert TICKING.moment(arrived) == arrived
    assert TICKING.moment(arrived + timedelta(days=400)) == arrived + timedelta(days=400)


def test_it_never_goes_back_before_its_first_moment() -> None:
    assert TICKING.moment(SET_UP - timedelta(days=1)) == FIRST_MOMENT


@pytest.mark.parametrize("now", [SET_UP, SET_UP + timedelta(hours=7), SET_UP + timedelta(days=30)])
def test_the_real_time_of_a_moment_is_when_it_was_reached(now: datetime) -> None:
    assert TICKING.real(TICKING.moment(now)) == now


def test_it_is_started_once(tmp_path: Path) -> None:
    clock.start(tmp_path, SET_UP)
    clock.start(tmp_path, SET_UP + timedelta(days=1))
    assert clock.read(tmp_path) == TICKING
    assert [path.name for path in tmp_path.iterdir()] == ["clock.json"]


@pytest.mark.parametrize("damage", [None, "", "[]", "{}", '{"started_at": 5}', '{"started_at": "yesterday"}'])
def test_a_damaged_clock_is_named_with_what_to_do(tmp_path: Path, damage: str | None) -> None:
    if damage is not None:
        (tmp_path / "clock.json").write_text(damage)
    with pytest.raises(StackError, match=r"clock\.json: .*expected a file with the instant started_at.*make reset"):
        clock.read(tmp_path)
