"""Faults: another source, an older source, rows and rights that vanish, columns that change."""

import shutil
import subprocess

from include.errors import MassDeleteError, SchemaDriftError
from include.planning import Request
from tests.faults.declared import SMALL, fault
from tests.faults.world import World

FACT = "fact_payment"
EDIT = "UPDATE payment SET payment_amount = payment_amount + 1 WHERE payment_id % 7 = 1"
OTHER = "UPDATE sales_order SET units_sold = units_sold + 1 WHERE sales_order_id % 7 = 1"


@fault("source", fast=True)
def database_copied(world: World) -> None:
    """The source moves to a copy on the same server, taken before the last changes."""
    copy = f"{world.source_name}_copy"
    world.servers.source.create(copy, "totesys", world.source_name)
    world.shop(EDIT)
    assert world.cycle().ok
    world.swap_source(copy)
    world.shop("UPDATE payment SET paid = NOT paid WHERE payment_id % 11 = 1")


@fault("source", regressions=len(SMALL))
def restored(world: World) -> None:
    """The source is restored from a copy of its files: transaction ids go back."""
    server, data = world.servers.source_program, world.servers.source.postgres.data
    server.stop()
    backup = data.with_name(f"backup-{world.source_name}")
    subprocess.run(["cp", "--archive", data, backup], check=True)  # noqa: S607  of the system
    server.start()
    for _ in range(3):
        world.shop(EDIT)
    assert world.cycle().ok
    world.polls.note()
    server.stop()
    shutil.rmtree(data)
    backup.rename(data)
    server.start()
    world.shop("UPDATE payment SET paid = NOT paid WHERE payment_id % 11 = 1")


@fault("source", fast=True)
def truncated(world: World) -> None:
    """A table is truncated, and filled again after the alarm."""
    rows = "CREATE TABLE truth.kept AS SELECT * FROM payment"
    world.admin(rows, "TRUNCATE payment")
    _withheld(world)
    world.admin("INSERT INTO payment SELECT * FROM truth.kept")


@fault("source")
def emptied_database(world: World) -> None:
    """The connection leads to a shop without rows, and back."""
    empty, own = f"{world.source_name}_empty", world.source_name
    world.servers.source.create(empty, "totesys", own)
    world.shop(EDIT)
    world.swap_source(empty)
    world.admin("TRUNCATE payment")
    _withheld(world)
    world.swap_source(own)


@fault("source")
def deleted_on_purpose(world: World) -> None:
    """Half of a table is deleted, withheld, and let through by the run's parameter."""
    world.shop("DELETE FROM payment WHERE payment_id % 2 = 0")
    _withheld(world)
    world.polls.mass_deletes_from = world.polls.count()
    assert world.cycle(Request(tables=world.tables, allow_mass_delete=True)).ok


@fault("source", fast=True)
def grant_lost(world: World) -> None:
    """The reader loses its right to read a table."""
    world.admin("REVOKE SELECT ON payment FROM totes_reader")
    world.shop(EDIT, OTHER)
    _alone(world, SchemaDriftError, "payment")
    world.admin("GRANT SELECT ON payment TO totes_reader")


@fault("source")
def row_security(world: World) -> None:
    """Row-level security hides most rows from the reader."""
    world.admin(
        "ALTER TABLE payment ENABLE ROW LEVEL SECURITY",
        "CREATE POLICY few ON payment FOR SELECT TO totes_reader USING (payment_id < 10)",
        "CREATE POLICY own ON payment TO shop USING (true)",
    )
    world.shop(EDIT, OTHER)
    _alone(world, SchemaDriftError, "payment")
    world.admin("ALTER TABLE payment DISABLE ROW LEVEL SECURITY")


@fault("source")
def column_dropped(world: World) -> None:
    """A declared column is dropped, and comes back."""
    world.admin("ALTER TABLE payment ADD COLUMN kept text", "UPDATE payment SET kept = payment_date")
    assert world.cycle().ok
    world.admin("ALTER TABLE payment DROP COLUMN payment_date")
    world.shop(OTHER)
    _alone(world, SchemaDriftError, "payment_date")
    world.admin("ALTER TABLE payment ADD COLUMN payment_date text", "UPDATE payment SET payment_date = kept")


@fault("source")
def column_renamed(world: World) -> None:
    """A declared column is renamed, and back."""
    world.admin("ALTER TABLE payment RENAME COLUMN paid TO is_paid")
    world.shop(OTHER)
    _alone(world, SchemaDriftError, "paid")
    world.admin("ALTER TABLE payment RENAME COLUMN is_paid TO paid")
    world.shop(EDIT)


@fault("source")
def column_retyped(world: World) -> None:
    """A declared column becomes text, and a number again."""
    world.admin("ALTER TABLE payment ALTER COLUMN payment_amount TYPE text USING payment_amount::text")
    world.shop(OTHER)
    _alone(world, SchemaDriftError, "payment_amount")
    world.admin("ALTER TABLE payment ALTER COLUMN payment_amount TYPE numeric(10,2) USING payment_amount::numeric")
    world.shop(EDIT)


@fault("source")
def column_added(world: World) -> None:
    """A column is added: reported once, it stops nothing."""
    world.admin("ALTER TABLE payment ADD COLUMN note text")
    world.shop(EDIT)
    assert world.cycle().ok
    world.shop(EDIT)
    assert world.cycle().ok
    assert world.query("SELECT count(*) FROM etl_source_column") == [(1,)]


@fault("source")
def table_rewritten(world: World) -> None:
    """VACUUM FULL and FREEZE rewrite a table while its rows change."""
    world.shop(EDIT)
    world.admin("VACUUM (FULL, FREEZE) payment")
    assert world.cycle().ok
    world.shop(EDIT)
    world.admin("CLUSTER payment USING payment_pkey", "VACUUM FREEZE payment")


def _withheld(world: World) -> None:
    """The next cycle must refuse to delete, say so, and load the other tables."""
    world.shop(OTHER)
    _alone(world, MassDeleteError, "")
    assert world.query(f"SELECT count(*) FROM {FACT} WHERE is_deleted") == [(0,)]


def _alone(world: World, kind: type[Exception], name: str) -> None:
    """A cycle in which payments alone fail, with this kind of error that names the place."""
    cycle = world.cycle()
    assert {task.split(".")[0] for task in cycle.failures} == {FACT}, cycle.failures
    (failure,) = cycle.failures.values()
    assert isinstance(failure, kind), failure
    assert name in str(failure)
    assert "fact_sales_order" in cycle.loads
