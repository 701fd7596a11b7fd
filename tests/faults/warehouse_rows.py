"""What the warehouse holds of a table, with its history, without what a second load of the same rows may change."""

from typing import Any

from tests.expected import HELD
from tests.faults.figures import RECORD_IDS
from tests.faults.world import World


def contents(world: World, table: str) -> list[tuple[Any, ...]]:
    """Every version in order with its state, its load, and (of a fact) its number; of a dimension every member."""
    columns = HELD[table].rsplit("FROM", 1)[0].replace("SELECT", "SELECT ROW(", 1).rstrip() + ")::text"
    if table in RECORD_IDS:
        numbered = f"row_number() OVER (ORDER BY {RECORD_IDS[table]})"
        return world.query(f"{columns}, is_current, is_deleted, _load_id, {numbered} FROM {table} ORDER BY 5")
    return world.query(f"{columns}, is_inferred, is_deleted FROM {table} ORDER BY 1")
