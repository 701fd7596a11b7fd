"""Faults: runs that overlap, tasks that are cleared or repeated, backfills, replays, loads that fail for good."""

import threading
from contextlib import suppress
from datetime import UTC, datetime

from include.errors import SupersededError
from include.planning import Request
from tests.faults.child import Child
from tests.faults.declared import fault
from tests.faults.proxy import Rule
from tests.faults.warehouse_rows import contents
from tests.faults.world import Cycle, World
from tests.faults.writers import Writers

FACT = "fact_payment"
EDIT = "UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id % 7 = 1"
MARKS = "SELECT table_name, watermark FROM etl_watermark ORDER BY 1"
EVER = Request(
    tables=(FACT, "fact_sales_order"),
    mode="backfill",
    window_start=datetime(2022, 11, 10, tzinfo=UTC),
    window_end=datetime(2022, 11, 24, tzinfo=UTC),
)


@fault("runs")
def zombie_load(world: World) -> None:
    """A zombie load wakes after its retry and a later run are done."""
    world.shop(EDIT)
    transformed = world.pipeline.transform(world.pipeline.extract(FACT))
    gate = threading.Event()
    world.warehouse.rule = Rule(gate=gate)
    zombie = world.child("load", transformed)
    while not world.warehouse.held:
        threading.Event().wait(0.01)
    world.warehouse.rule = Rule(times=0)
    world.pipeline.load(transformed)
    world.shop(EDIT)
    assert world.cycle().ok
    gate.set()
    zombie.wait()


@fault("runs")
def zombie_in_the_middle(world: World) -> None:
    """A load is paused (SIGSTOP) in its transaction, and dies while its retry waits for it."""
    world.shop(EDIT)
    transformed = world.pipeline.transform(world.pipeline.extract(FACT))
    paused = threading.Event()
    zombies: list[Child] = []

    def pause() -> None:
        zombies[0].pause()
        paused.set()

    world.warehouse.rule = Rule(call_after=(4_000, pause), direction="to_server")
    zombies.append(world.child("load", transformed))
    assert paused.wait(20), "the load ended before it could be paused"
    world.warehouse.rule = Rule(times=0)
    threading.Timer(1.0, zombies[0].kill).start()
    world.pipeline.load(transformed)
    zombies[0].wait()


@fault("runs", fast=True)
def two_runs(world: World) -> None:
    """Two runs go on at once, the tasks of one table one after the other."""
    turns = {task: threading.Lock() for task in ("extract", "transform", "load")}
    cycles = [Cycle(), Cycle()]

    def run(cycle: Cycle) -> None:
        request = Request(tables=world.tables)
        for _ in range(4):
            with turns["extract"]:
                extracted = world.pipeline.extract(FACT, request)
            with turns["transform"]:
                transformed = world.pipeline.transform(extracted)
            with turns["load"]:
                try:
                    cycle.loads[FACT] = world.pipeline.load(transformed)
                except SupersededError as error:
                    cycle.failures[FACT] = error

    runs = [threading.Thread(target=run, args=(cycle,)) for cycle in cycles]
    for thread in runs:
        thread.start()
    for _ in range(6):
        world.shop(EDIT)
    for thread in runs:
        thread.join()


@fault("runs")
def repeated(world: World) -> None:
    """Every step is tried again although it had succeeded."""
    world.shop(EDIT)
    first = world.pipeline.extract(FACT)
    second = world.pipeline.extract(FACT)
    for extracted in (first, second, first, second):
        once, again = world.pipeline.transform(extracted), world.pipeline.transform(extracted)
        assert once == again
        before = contents(world, FACT)
        try:
            record = world.pipeline.load(once)
            assert world.pipeline.load(again) == record
        except SupersededError:
            assert contents(world, FACT) == before


@fault("runs", fast=True)
def failing_for_good(world: World) -> None:
    """A load fails for good, and the shop goes on: what was landed is not lost."""
    for _ in range(3):
        world.shop(EDIT)
        world.pipeline.extract(FACT)  # landed; its transform and load never come
    world.shop(EDIT)
    assert world.cycle().ok


@fault("runs", fast=True)
def backfill(world: World) -> None:
    """A backfill runs beside the schedule while the shop goes on."""
    world.shop(EDIT, "UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id % 9 = 0")
    marks = world.query(MARKS)
    assert world.cycle(EVER).ok
    assert world.query(MARKS) == marks, "a backfill moved a watermark"
    world.shop(EDIT)
    extracted = world.pipeline.extract(FACT, EVER)
    world.shop(EDIT)
    assert world.cycle().ok
    transformed = world.pipeline.transform(extracted)
    with suppress(SupersededError):  # the schedule has overtaken it: it must not lay old rows over newer ones
        world.pipeline.load(transformed)


@fault("runs")
def cleared(world: World) -> None:
    """Old tasks are cleared, one by one and as a group."""
    world.shop(EDIT)
    old = world.pipeline.extract(FACT)
    loaded = world.pipeline.transform(old)
    world.pipeline.load(loaded)
    for _ in range(2):
        world.shop(EDIT)
        assert world.cycle().ok
    before = contents(world, FACT)
    for act in (lambda: world.pipeline.transform(old), lambda: world.pipeline.load(loaded), lambda: world.cycle()):
        with suppress(SupersededError):
            act()
        assert contents(world, FACT) == before


@fault("runs")
def replayed(world: World) -> None:
    """Every table is rebuilt from the raw zone and must be what it was."""
    with Writers(world, transactions=4) as writers:
        while writers.are_writing:
            world.cycle()
    assert world.cycle().ok
    before = {table: contents(world, table) for table in world.tables}
    assert world.cycle(Request(tables=world.tables, mode="replay")).ok
    for table in world.tables:
        assert contents(world, table) == before[table], table


@fault("runs")
def full_comparison(world: World) -> None:
    """Everything is compared in full while the shop writes."""
    with Writers(world, transactions=4):
        for _ in range(3):
            assert world.cycle(Request(tables=world.tables, mode="full")).ok


@fault("runs")
def warehouse_rows_gone(world: World) -> None:
    """Loaded rows are taken back with the warehouse's restore from a backup."""
    world.shop(EDIT)
    world.warehouse_as_it_was(world.cycle)
    world.shop(EDIT)
