"""The shop's back office: rows edited one column at a time, with and without moving `last_updated`."""

from collections.abc import Mapping
from typing import Any

from psycopg import Connection

from local.shop import statements
from local.shop.dice import Dice, one_in
from local.shop.edits import OPEN_COLUMNS, SILENT_COLUMNS, draw_change
from local.shop.errors import ShopError
from local.shop.events import Event, Kind
from local.shop.orders import Choices

EDITED_TABLES: Mapping[Kind, str] = {
    Kind.DEPARTMENT_EDIT: "department",
    Kind.ADDRESS_EDIT: "address",
    Kind.COUNTERPARTY_EDIT: "counterparty",
    Kind.STAFF_EDIT: "staff",
}

_COLUMNS = {**SILENT_COLUMNS, **OPEN_COLUMNS}


def edit_silently(conn: Connection[Any], chance: Dice, choices: Choices) -> Event:
    """Change one column of an order or a design; `last_updated` stays."""
    table = chance.choice(list(SILENT_COLUMNS))
    return _edit(conn, chance, choices, Kind.SILENT_EDIT, table, moves=False)


def edit_openly(conn: Connection[Any], chance: Dice, choices: Choices, *, kind: Kind) -> Event:
    """Change one column of a department, address, firm or member of staff; every other edit moves `last_updated`."""
    table = EDITED_TABLES[kind]
    return _edit(conn, chance, choices, kind, table, moves=one_in(chance, 2))


def _edit(conn: Connection[Any], chance: Dice, choices: Choices, kind: Kind, table: str, *, moves: bool) -> Event:
    at = statements.now(conn)
    rows = statements.ids(conn, table)
    if not rows:
        raise ShopError(f"totesys: {table} has no row to edit; expected a filled shop. `make run` fills it.")
    number, column = chance.choice(rows), chance.choice(_COLUMNS[table])
    before = statements.read(conn, table, number, column)
    after = draw_change(chance, choices, column, before, at.date())
    statements.update(conn, table, number, {column: after} | ({"last_updated": at} if moves else {}))
    text = f"{table} {number}: {column} {_shown(before)} -> {_shown(after)}{'' if moves else ', last_updated stays'}"
    return Event(kind, table, (number,), text, column, moves)


def _shown(value: object) -> str:
    return "NULL" if value is None else str(value)
