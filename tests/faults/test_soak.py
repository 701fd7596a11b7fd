"""A soak: a few seconds in the fast subset, half a minute in the matrix, as long as is asked for by `make soak`."""

import os

import pytest

from tests.faults.conftest import MakeWorld
from tests.faults.soak import soak

ASKED = os.environ.get("SOAK_MINUTES")
SECONDS = float(ASKED) * 60 if ASKED else 30 if os.environ.get("FAULT_SEEDS") else 6
GROWTH = 1.1  # of a task's memory at the middle; what a shorter soak than ten minutes grows by is warming up


@pytest.mark.timeout(SECONDS + 300)
def test_soak(make_world: MakeWorld, capsys):
    told = soak(
        make_world(int(os.environ.get("SOAK_SEED", "1")), ("dim_staff", "fact_payment", "fact_sales_order")), SECONDS
    )
    with capsys.disabled():
        print("\n" + "\n".join(told.lines()))  # noqa: T201  what the soak is for
    assert told.figures.clean, told.figures.where
    assert told.regressions == 0
    assert told.recovery is not None
    assert told.recovery <= 2
    assert told.cycles >= 4
    if SECONDS >= 600:
        middle, end = told.task_mb[len(told.task_mb) // 2], told.task_mb[-1]
        assert end < middle * GROWTH, f"{middle:.0f} MB grew to {end:.0f} MB"
