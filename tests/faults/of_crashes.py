"""Faults: killed steps, cut connections, lost answers, restarted servers, servers that do not answer."""

import threading
import time
from collections.abc import Callable

import pytest

from tests.faults.child import Child, StepFailed
from tests.faults.declared import fault
from tests.faults.proxy import Proxy, Rule
from tests.faults.servers import Restartable
from tests.faults.world import Cycle, World

FACT = "fact_payment"
EDIT = "UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id % 3 = 1"


@fault("crash", fast=True)
def commit_answer_lost(world: World) -> None:
    """The answer to the load's COMMIT is lost."""
    world.shop(EDIT)
    cycle = world.under(world.warehouse, Rule(times=2, lose_commit_answer=True), world.cycle)
    assert cycle.ok, cycle.failures


@fault("crash", fast=True)
def extract_killed(world: World) -> None:
    """Extract is killed (-9) while rows come in."""
    for _ in range(3):
        world.shop(EDIT)
        _killed(world, world.source, "to_client", "extract", FACT)
    world.shop(EDIT)


@fault("crash")
def transform_killed(world: World) -> None:
    """Transform is killed (-9) while it reads or writes S3."""
    for _ in range(3):
        world.shop(EDIT)
        extracted = world.pipeline.extract(FACT)
        _killed(world, world.lake, "to_server", "transform", extracted)
        world.pipeline.load(world.pipeline.transform(extracted))


@fault("crash")
def load_killed(world: World) -> None:
    """Load is killed (-9) while rows go in."""
    for _ in range(3):
        world.shop(EDIT)
        transformed = world.pipeline.transform(world.pipeline.extract(FACT))
        _killed(world, world.warehouse, "to_server", "load", transformed)
        world.pipeline.load(transformed)


@fault("crash")
def killed_anywhere(world: World) -> None:
    """Each step is killed (-9) after some milliseconds."""
    for step in ("extract", "transform", "load"):
        world.shop(EDIT)
        argument = {"extract": lambda: FACT, "transform": _extracted(world), "load": _transformed(world)}[step]()
        child = world.child(step, argument)
        time.sleep(world.random.uniform(0.01, 0.25))
        child.kill()
        child.wait()
        world.cycle()


@fault("crash", fast=True)
def copy_out_cut(world: World) -> None:
    """The connection is cut in the middle of COPY out."""
    world.shop(EDIT)
    rule = Rule(times=2, cut_after=world.random.randrange(1_000, 20_000))
    cycle = world.under(world.source, rule, world.cycle)
    assert cycle.ok, cycle.failures


@fault("crash")
def copy_in_cut(world: World) -> None:
    """The connection is cut in the middle of COPY in."""
    world.shop(EDIT)
    rule = Rule(times=2, cut_after=world.random.randrange(5_000, 15_000), direction="to_server")
    cycle = world.under(world.warehouse, rule, world.cycle)
    assert cycle.ok, cycle.failures


@fault("crash")
def upload_cut(world: World) -> None:
    """The connection to S3 is cut in the middle of a put."""
    world.shop(EDIT)
    rule = Rule(times=3, cut_after=world.random.randrange(500, 4_000), direction="to_server")
    cycle = world.under(world.lake, rule, world.cycle)
    assert cycle.ok, cycle.failures


@fault("crash")
def download_cut(world: World) -> None:
    """The connection to S3 is cut in the middle of a get."""
    world.shop(EDIT)
    rule = Rule(times=3, cut_after=world.random.randrange(500, 4_000))
    cycle = world.under(world.lake, rule, world.cycle)
    assert cycle.ok, cycle.failures


@fault("crash", fast=True)
def s3_unavailable(world: World) -> None:
    """S3 answers 503 now and then."""
    world.shop(EDIT)
    cycle = world.under(world.lake, Rule(times=4, unavailable=True), world.cycle)
    assert cycle.ok, cycle.failures


@fault("crash")
def s3_down(world: World) -> None:
    """S3 answers 503 for a whole cycle."""
    world.shop(EDIT)
    cycle = world.under(world.lake, Rule(times=1_000, unavailable=True), world.cycle)
    assert "LakeUnavailable" in {type(error).__name__ for error in cycle.failures.values()}, cycle.failures
    world.shop(EDIT)


@fault("crash")
def source_restarted(world: World) -> None:
    """The source is killed and started again during extract."""
    _restarted(world, world.source, world.servers.source_program)


@fault("crash")
def warehouse_restarted(world: World) -> None:
    """The warehouse is killed and started again during a load."""
    _restarted(world, world.warehouse, world.servers.warehouse_program, "to_server")


@fault("crash")
def s3_restarted(world: World) -> None:
    """S3 is stopped and started again during a cycle."""
    _restarted(world, world.lake, world.servers.aws_program, hard=False)


@fault("crash", tables=("dim_design",))
def disk_full(world: World) -> None:
    """The disk is full while a large table is read."""
    # Forty megabytes that hardly compress: more than the pipeline keeps in memory before it asks the disk.
    bytes_ = "(SELECT string_agg(decode(md5(random()::text || n), 'hex'), '') FROM generate_series(1, 150000) AS n)"
    world.shop(f"UPDATE design SET file_name = encode({bytes_}, 'base64') || design_id WHERE design_id <= 14")
    child = world.child("extract", "dim_design", largest_file=1_000_000)
    with pytest.raises(StepFailed, match="File too large"):
        child.wait()
    world.shop("UPDATE design SET file_name = 'short.json' WHERE design_id <= 14")


@fault("crash")
def slow_network(world: World) -> None:
    """Every packet from and to the source takes 10 ms."""
    world.shop(EDIT)
    cycle = world.under(world.source, Rule(delay_s=0.01), world.cycle)
    assert cycle.ok, cycle.failures


@fault("crash")
def source_half_open(world: World) -> None:
    """The source accepts connections and never answers."""
    _half_open(world, world.source)


@fault("crash")
def warehouse_half_open(world: World) -> None:
    """The warehouse accepts connections and never answers."""
    _half_open(world, world.warehouse)


@fault("crash")
def s3_half_open(world: World) -> None:
    """S3 accepts connections and never answers."""
    world.lake.cut()
    _half_open(world, world.lake)


def _half_open(world: World, proxy: Proxy) -> None:
    world.shop(EDIT)
    began = time.monotonic()
    cycle: Cycle = world.under(proxy, Rule(times=2, half_open=True), world.cycle)
    assert time.monotonic() - began < 30, "a silent server held a task up"
    assert cycle.ok, cycle.failures


def _killed(world: World, proxy: Proxy, direction: str, step: str, argument: object) -> None:
    """Run a step in a child and kill it after some bytes; a child that is done before that lived."""
    children: list[Child] = []
    ready = threading.Event()

    def kill() -> None:
        ready.wait(5)
        children[0].kill()

    after = world.random.randrange(200, 12_000)
    proxy.rule = Rule(call_after=(after, kill), direction="to_client" if direction == "to_client" else "to_server")
    children.append(world.child(step, argument))
    ready.set()
    children[0].wait()
    proxy.rule = Rule(times=0)


def _restarted(
    world: World, proxy: Proxy, server: Restartable, direction: str = "to_client", *, hard: bool = True
) -> None:
    world.shop(EDIT)
    after = world.random.randrange(500, 15_000)
    restarts: list[threading.Thread] = []

    def restart() -> None:
        restarts.append(threading.Thread(target=server.restart, kwargs={"hard": hard}))
        restarts[0].start()

    proxy.rule = Rule(call_after=(after, restart), direction="to_client" if direction == "to_client" else "to_server")
    world.cycle()
    assert restarts, "the server was not restarted"
    restarts[0].join()
    proxy.rule = Rule(times=0)
    world.cycle()


def _extracted(world: World) -> Callable[[], object]:
    return lambda: world.pipeline.extract(FACT)


def _transformed(world: World) -> Callable[[], object]:
    return lambda: world.pipeline.transform(world.pipeline.extract(FACT))
