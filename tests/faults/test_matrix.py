"""Every fault with every seed: a fast subset with one seed by default, all of them with FAULT_SEEDS=1,2,3."""

import os

import pytest

from tests.faults.conftest import MakeWorld
from tests.faults.matrix import FAULTS, Result, try_fault

SEEDS = [int(seed) for seed in os.environ.get("FAULT_SEEDS", "").split(",") if seed]
CHOSEN = [name for name, fault in FAULTS.items() if SEEDS or fault.fast]


def test_the_matrix_has_at_least_thirty_faults():
    assert len(FAULTS) >= 30
    assert len([fault for fault in FAULTS.values() if fault.fast]) >= 8


@pytest.mark.parametrize("seed", SEEDS or [1])
@pytest.mark.parametrize("name", CHOSEN)
def test_fault(name: str, seed: int, make_world: MakeWorld, results: list[Result]):
    fault = FAULTS[name]
    result = Result(fault=name, category=fault.category, seed=seed)
    results.append(result)
    try_fault(fault, make_world(seed, fault.tables), result)
    assert result.outcome == "ok", f"{result.outcome}: {result}"
