"""Rebuild a table from what was landed, in one transaction: readers see the old rows until the new ones are whole."""

import logging
from collections.abc import Sequence

from psycopg import sql

from include.catalog import TABLES
from include.catalog.model import Table
from include.errors import ContractError, GapError
from include.object_store import ObjectStore
from include.warehouse import ledger
from include.warehouse.connection import Connection, transaction
from include.warehouse.ledger import Loaded
from include.warehouse.load import load_rows, one_load_at_a_time
from include.warehouse.merge import placeholders

log = logging.getLogger(__name__)


def rebuild(
    connection: Connection, table: Table, manifest_keys: Sequence[str], *, processed: ObjectStore, run_id: str
) -> list[Loaded]:
    """Empty a table, its ledger and its position, and load these manifests in order; returns what each did.

    Loads that were overtaken by a later read are passed over, as they were the first time. Raises
    ``GapError`` when the first ones are missing, or all of them: then nothing is emptied.
    """
    _refuse_nothing(table, manifest_keys)
    loads = []
    with transaction(connection):
        one_load_at_a_time(connection, table)
        _empty(connection, table)
        ledger.forget(connection, table.name)
        for number, key in enumerate(manifest_keys, 1):
            manifest = processed.manifest(key)
            stands = ledger.watermarks(connection).get(table.name)
            if stands is not None and ledger.is_older(manifest.origin, stands):
                continue
            ledger.refuse_gap(connection, manifest.origin)
            try:
                load_rows(connection, table, manifest, key, processed=processed, run_id=run_id)
            except ContractError as error:
                # Files in which history is missing; refused before anything is written, as they were then.
                log.warning("%s: left out, as it was the first time: %s", table.name, error)
                continue
            loads.append(ledger.outcome(connection, manifest.origin.load_id))
            log.info("%s: %d of %d loads replayed", table.name, number, len(manifest_keys))
        _drop_unused_members(connection, table)
    return loads


def _refuse_nothing(table: Table, manifest_keys: Sequence[str]) -> None:
    if not manifest_keys:
        raise GapError(
            f"{table.name}, replay",
            found="no load of it in the raw bucket",
            expected="all of them, from the first one",
            remedy="nothing was changed; see that the raw bucket is the right one, or read the source with mode full",
        )


def _empty(connection: Connection, table: Table) -> None:
    if table.record_id is not None:
        connection.execute(sql.SQL("DELETE FROM {table}").format(table=sql.Identifier(table.name)))
        _restart_numbers(connection, table)
        return
    # Facts refer to a dimension's rows: they stay, as members whose own row has not arrived.
    values = placeholders(table)
    assignments = [
        sql.SQL("{name} = {value}").format(name=sql.Identifier(name), value=value) for name, value in values.items()
    ]
    connection.execute(
        sql.SQL("UPDATE {table} SET {assignments}").format(
            table=sql.Identifier(table.name),
            assignments=sql.SQL(", ").join([*assignments, sql.SQL("is_inferred = true, is_deleted = false")]),
        )
    )


def _restart_numbers(connection: Connection, table: Table) -> None:
    """Number the versions from 1 again. Not by `setval`: what that does, no rollback undoes."""
    connection.execute(
        "SELECT etl_restart_numbers(pg_get_serial_sequence(%s, %s)::regclass)", [table.name, table.record_id]
    )


def _drop_unused_members(connection: Connection, table: Table) -> None:
    """A dimension's members that neither a load brought nor a fact refers to."""
    if table.record_id is not None:
        return
    referring = [
        sql.SQL("NOT EXISTS (SELECT FROM {fact} AS fact WHERE fact.{column} = held.{key})").format(
            fact=sql.Identifier(fact.name),
            column=sql.Identifier(column.name),
            key=sql.Identifier(table.natural_key[0]),
        )
        for fact in TABLES.values()
        for column in fact.columns
        if column.references == table.name
    ]
    connection.execute(
        sql.SQL("DELETE FROM {table} AS held WHERE {conditions}").format(
            table=sql.Identifier(table.name),
            conditions=sql.SQL(" AND ").join([sql.SQL("held.is_inferred"), *referring]),
        )
    )
