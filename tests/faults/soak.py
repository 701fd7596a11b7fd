"""A soak: random faults on one source that never stops changing, for some minutes, with the memory watched."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

from include.errors import SupersededError
from include.planning import Request
from tests.faults.figures import Figures
from tests.faults.proxy import Rule
from tests.faults.world import Cycle, World
from tests.faults.writers import Writers

FACT = "fact_payment"


@dataclass
class Soak:
    """What happened in a soak, and what it cost."""

    cycles: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    figures: Figures = field(default_factory=Figures)
    regressions: int = 0
    recovery: int | None = None
    """Cycles from the last fault until all was right."""
    task_mb: list[float] = field(default_factory=list)
    """The most memory that a task held, which compares the whole fact with its source; after every round."""
    harness_mb: list[float] = field(default_factory=list)
    """Resident memory of this process then; it grows with the record of what every poll must have seen."""

    def lines(self) -> list[str]:
        """A few lines for a person."""
        found = self.figures
        happened = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        return [
            f"cycles {self.cycles}, faults {sum(self.faults.values())}: {happened}",
            f"lost {found.lost}, doubled {found.doubled}, stale {found.stale}, ghost {found.ghost}",
            f"regressions {self.regressions}, recovery in cycles {self.recovery}",
            f"memory of a task: {_over_time(self.task_mb)}; of the harness: {_over_time(self.harness_mb)}",
        ]


def _over_time(figures: list[float]) -> str:
    start, middle, end = (figures[at] for at in (0, len(figures) // 2, -1))
    return f"{start:.0f} MB at the start, {middle:.0f} MB in the middle, {end:.0f} MB at the end"


def soak(world: World, seconds: float) -> Soak:
    """Cycle under random faults for so long, then let the shop rest and count."""
    told = Soak()
    assert world.cycle().ok
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        _round(world, told)
    _settle(world, told)
    told.regressions = world.regressions()
    return told


def _round(world: World, told: Soak) -> None:
    """Some cycles under one fault each, with sixteen writers at work."""
    with Writers(world, transactions=4):
        for _ in range(4):
            name = world.random.choice(list(_FAULTS))
            told.faults[name] = told.faults.get(name, 0) + 1
            _FAULTS[name](world)
            told.cycles += 1
    world.tried.clear()
    world.polls.note()
    told.task_mb.append(_peak_of_tasks(world))
    told.harness_mb.append(psutil.Process().memory_info().rss / 2**20)


def _peak_of_tasks(world: World) -> float:
    """The largest of three tasks, each in a process of its own as in Airflow, that compare a whole table."""
    given: tuple[Any, ...] = (FACT, Request(tables=(FACT,), mode="full"))
    peaks = []
    for step in ("extract", "transform", "load"):
        child = world.child(step, *given)
        given = (child.wait(),)
        peaks.append(child.peak_mb or 0.0)
    return max(peaks)


def _settle(world: World, told: Soak) -> None:
    for cycles in range(4):
        told.figures = world.figures()
        if told.figures.clean:
            told.recovery = cycles
            return
        world.cycle()


def _ruled(proxy: str, rule: Rule, world: World) -> None:
    """A cycle under a rule; whether it strikes is left to chance."""
    getattr(world, proxy).rule = rule
    world.cycle()
    getattr(world, proxy).rule = Rule(times=0)


def _bytes(world: World) -> int:
    return world.random.randrange(500, 60_000)


def _restarted(world: World, server: str) -> None:
    program = getattr(world.servers, f"{server}_program")
    restart = threading.Timer(world.random.uniform(0, 1), program.restart, kwargs={"hard": server != "aws"})
    # The writers would lose their connections too: the source stays.
    restart.start()
    world.cycle()
    restart.join()


def _killed(world: World) -> None:
    child = world.child("extract", FACT)
    time.sleep(world.random.uniform(0.01, 0.3))
    child.kill()
    child.wait()
    world.cycle()


def _cleared(world: World) -> None:
    """An extract whose load comes only after the next cycle's."""
    extracted = world.pipeline.extract(FACT)
    world.cycle()
    with suppress(SupersededError):
        world.pipeline.load(world.pipeline.transform(extracted))


def _landed_only(world: World) -> None:
    world.pipeline.extract(FACT)
    world.cycle()


def _one_group(world: World) -> None:
    world.group(Cycle(), FACT, Request(tables=(FACT,), mode="full"))


_FAULTS = {
    "none": lambda world: world.cycle(),
    "source cut": lambda world: _ruled("source", Rule(cut_after=_bytes(world)), world),
    "warehouse cut": lambda world: _ruled("warehouse", Rule(cut_after=_bytes(world), direction="to_server"), world),
    "S3 cut": lambda world: _ruled("lake", Rule(cut_after=_bytes(world), direction="to_server"), world),
    "S3 503": lambda world: _ruled("lake", Rule(times=5, unavailable=True), world),
    "COMMIT answer lost": lambda world: _ruled("warehouse", Rule(times=2, lose_commit_answer=True), world),
    "warehouse restarted": lambda world: _restarted(world, "warehouse"),
    "S3 restarted": lambda world: _restarted(world, "aws"),
    "extract killed": _killed,
    "old load late": _cleared,
    "landed only": _landed_only,
    "full comparison": _one_group,
}
