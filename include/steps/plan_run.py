"""Decide what a run does with each table, with a few small queries to the source."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import psycopg

from include.catalog import Table
from include.errors import SchemaDriftError
from include.planning import Request, decide
from include.source import postgres, snapshot
from include.steps import deletes
from include.steps.records import fed
from include.warehouse import drift, ledger, migrate
from include.warehouse.connection import Connection, transaction
from include.warehouse.ledger import Watermark

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class TablePlan:
    """What a run will do with one table, and why; ``undeclared`` are columns of its source that nobody declared."""

    table: str
    has_changes: bool
    mode: str
    reason: str
    watermark: int | None
    undeclared: tuple[str, ...] = ()


def plan(
    source: snapshot.Connection, warehouse: Connection, request: Request, carried: Mapping[str, int | None]
) -> list[TablePlan]:
    """Decide for each requested table whether anything is to be read.

    ``carried`` are the watermarks that the previous loads' XComs carry; where the ledger differs,
    the ledger wins and the log says so. A table without changes is noted as fresh. A table that
    cannot be looked at is planned all the same: its own task then says why, and the others go on.
    """
    tables = [fed(name) for name in request.tables]
    with transaction(warehouse):
        migrate.check(warehouse)
        stands = ledger.watermarks(warehouse)
    _compare_with_ledger(carried, stands)
    if request.mode == "replay":
        plans = [
            planned(table, stands.get(table.name), True, mode="replay", reason="replayed from the raw zone")
            for table in tables
        ]
    else:
        plans = _from_source(source, warehouse, request, tables, stands)
    _log_plan(plans)
    return plans


def _from_source(
    source: snapshot.Connection,
    warehouse: Connection,
    request: Request,
    tables: Sequence[Table],
    stands: Mapping[str, Watermark],
) -> list[TablePlan]:
    with snapshot.snapshot(source) as position:
        plans = [_look(source, warehouse, position, request, table, stands.get(table.name)) for table in tables]
    unchanged = [item.table for item in plans if not item.has_changes and item.mode != "backfill"]
    with transaction(warehouse):
        ledger.confirm_fresh(warehouse, unchanged, position.at)
        drift.notice(warehouse, (name for item in plans for name in item.undeclared))
    return plans


def _look(
    source: snapshot.Connection,
    warehouse: Connection,
    position: snapshot.Position,
    request: Request,
    table: Table,
    watermark: Watermark | None,
) -> TablePlan:
    decisions = decide(table, request, watermark, position)
    mode, reason = decisions[-1].mode, decisions[-1].reason
    decided = partial(planned, table, watermark, mode=mode)
    try:
        with source.transaction():
            undeclared = postgres.check_columns(source, table.source_tables)
            if mode in {"full", "proof"}:
                # Read even if it is empty: so that it has a watermark, and is proven.
                return decided(True, reason=reason, undeclared=undeclared)
            if any(postgres.has_changes(source, position, table, decision.selection) for decision in decisions):
                return decided(True, reason=reason, undeclared=undeclared)
            if request.mode != "backfill" and _has_deletes(source, warehouse, position, table, watermark):
                return decided(True, reason="rows are gone", undeclared=undeclared)
            return decided(False, reason=reason, undeclared=undeclared)
    except psycopg.Error as error:
        if source.closed or source.broken:
            raise
        return decided(True, reason=f"it could not be looked at ({type(error).__name__})")
    except SchemaDriftError:
        return decided(True, reason="it is not shaped as declared")


def _has_deletes(
    source: snapshot.Connection,
    warehouse: Connection,
    position: snapshot.Position,
    table: Table,
    watermark: Watermark | None,
) -> bool:
    """Whether rows seem gone; nothing else changed, so their number tells."""
    if not deletes.are_looked_for(source, position, table, watermark):
        return False
    return deletes.seem_to_be(source, warehouse, position, table, changed=())


def planned(
    table: Table,
    stands: Watermark | None,
    has_changes: bool,
    *,
    mode: str,
    reason: str,
    undeclared: Sequence[str] = (),
) -> TablePlan:
    """The plan of a table that stands there."""
    return TablePlan(
        table=table.name,
        has_changes=has_changes,
        mode=mode,
        reason=reason,
        watermark=stands.watermark if stands else None,
        undeclared=tuple(undeclared),
    )


def _compare_with_ledger(carried: Mapping[str, int | None], stands: Mapping[str, Watermark]) -> None:
    """Say where the two differ; a warning where the ledger is behind, as after a restore of the warehouse.

    An XCom is older wherever a run without a logical date came before one of the schedule: Airflow hands out the
    former's for good (`BaseXCom.get_many` orders by logical date, and PostgreSQL puts NULL first).
    """
    for name, watermark in carried.items():
        held = stands[name].watermark if name in stands else None
        if watermark != held:
            is_older = watermark is not None and held is not None and watermark < held
            level = logging.INFO if is_older else logging.WARNING
            log.log(level, "%s: watermark %s by XCom, %s by the ledger; the ledger wins", name, watermark, held)


def _log_plan(plans: Sequence[TablePlan]) -> None:
    for item in plans:
        if item.has_changes:
            log.info("%s: to be read: %s", item.table, item.reason)
    read = [item.table for item in plans if item.has_changes]
    log.info("step=plan tables_read=%d tables_unchanged=%d", len(read), len(plans) - len(read))
