"""The matrix: every declared fault, tried with seeds, and the table of what each cost."""

import importlib
from dataclasses import dataclass, field

from tests.faults.declared import FAULTS, Fault
from tests.faults.figures import Figures
from tests.faults.world import World

for _category in ("crashes", "runs", "rows", "source", "stamps", "storage", "writers"):
    importlib.import_module(f"tests.faults.of_{_category}")

__all__ = ["FAULTS", "Result", "try_fault"]


@dataclass
class Result:
    """One fault with one seed, measured."""

    fault: str
    category: str
    seed: int
    figures: Figures = field(default_factory=Figures)
    regressions: int = 0
    recovery: int | None = None
    """Cycles from the end of the fault until all was right; None: never."""
    reread: float | None = None
    outcome: str = "did not end"


def try_fault(fault: Fault, world: World, result: Result) -> None:
    """Load the shop, let the fault happen, and measure how long the warehouse takes to be right again."""
    first = world.cycle()
    assert first.ok, first.failures
    before = world.figures()
    assert before.clean, before.where
    fault.inject(world)
    _recover(fault, world, result)
    result.regressions = world.regressions()
    result.reread = world.reread()
    result.outcome = _judged(fault, result)


def _recover(fault: Fault, world: World, result: Result) -> None:
    for cycles in range(fault.within + 1):
        result.figures = world.figures()
        if result.figures.clean:
            result.recovery = cycles
            break
        world.cycle()
    again = world.cycle()
    assert again.ok, again.failures
    result.figures = world.figures()


def _judged(fault: Fault, result: Result) -> str:
    if not result.figures.clean:
        return "WRONG"
    if result.recovery is None or result.regressions > fault.regressions:
        return "LATE" if result.recovery is None else "WENT BACK"
    if fault.reread is not None and (result.reread or 0) >= fault.reread:
        return "READS TOO MUCH"
    return "ok"
