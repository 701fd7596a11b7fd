"""Faults: killed steps, cut connections, lost answers, restarted servers."""

from tests.faults.declared import fault
from tests.faults.proxy import Rule
from tests.faults.world import World

EDIT = "UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id % 40 = 1"


@fault("crash", fast=True)
def commit_answer_lost(world: World) -> None:
    """The answer of the load's COMMIT is lost."""
    world.shop(EDIT)
    cycle = world.under(world.warehouse, Rule(times=2, lose_commit_answer=True), world.cycle)
    assert cycle.ok, cycle.failures
