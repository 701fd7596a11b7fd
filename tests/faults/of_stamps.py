"""Faults of tables that are read by `last_updated`: late commits, clocks that are off, edits that leave the stamp."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import MappingProxyType
from unittest.mock import patch

from include.catalog import TABLES
from include.steps import records
from tests.faults.declared import fault
from tests.faults.transactions import KINDS
from tests.faults.world import World
from tests.faults.writers import Writers

FACT = "fact_payment"
STAMPED = MappingProxyType({**TABLES, FACT: replace(TABLES[FACT], changes="last_updated")})
SILENT = "UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id % 9 = 1"


@fault("writers", tables=(FACT,))
def late_commits(world: World) -> None:
    """Read by stamps: late commits and clocks ten minutes off are found without the proof."""
    with _by_stamps(world):
        kinds = [KINDS[name] for name in ("opened_early", "fast_clock", "slow_clock")]
        with Writers(world, transactions=6, kinds=kinds) as writers:
            while writers.are_writing:
                assert world.cycle().ok
        assert world.cycle().ok
        assert world.figures().clean, world.figures().where
        assert _modes(world) >= {"stamped"}


@fault("writers", tables=(FACT,))
def silent_edits(world: World) -> None:
    """Read by stamps: edits that leave the stamp are found and repaired by the proof."""
    with _by_stamps(world):
        world.shop("UPDATE payment SET last_updated = now() - interval '3 days'")
        assert world.cycle().ok
        world.shop(SILENT)
        assert world.cycle().ok
        assert world.figures().stale, "a read by stamps saw what has no stamp"
        world.query("UPDATE etl_watermark SET proven_at = proven_at - interval '26 minutes'")
        assert world.cycle().ok
        assert "proof" in _modes(world)
        assert world.figures().clean, world.figures().where


@fault("writers", tables=(FACT,))
def unseen_sessions(world: World) -> None:
    """Read by stamps: a role that cannot see other sessions is bounded, and says so."""
    with _by_stamps(world, sees=False):
        with Writers(world, transactions=4, kinds=[KINDS["opened_early"], KINDS["prepared"]]) as writers:
            while writers.are_writing:
                assert world.cycle().ok
        world.shop("UPDATE payment SET last_updated = now() WHERE payment_id = 1")
        assert world.cycle().ok
        assert world.query("SELECT bool_or(bounded) FROM etl_ledger") == [(True,)]


@contextmanager
def _by_stamps(world: World, *, sees: bool = True) -> Iterator[None]:
    """Payments are declared to be read by `last_updated`, and are so from the next cycle on."""
    world.admin(f"{'GRANT' if sees else 'REVOKE'} pg_read_all_stats {'TO' if sees else 'FROM'} totes_reader")
    with patch.object(records, "TABLES", STAMPED):
        world.shop("UPDATE payment SET paid = NOT paid, last_updated = now() WHERE payment_id = 1")
        assert world.cycle().ok
        yield
    world.admin("REVOKE pg_read_all_stats FROM totes_reader")


def _modes(world: World) -> set[str]:
    return {mode for (mode,) in world.query("SELECT DISTINCT mode FROM etl_ledger")}
