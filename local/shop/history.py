"""Edits that left no trace: a column changed, `last_updated` stayed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from local.shop.dice import Dice
from local.shop.edits import SILENT_COLUMNS, draw_change
from local.shop.orders import Choices
from local.shop.rows import Design, PurchaseOrder, SalesOrder, Written

# One row in so many was edited after it was written.
_EDITED: dict[str, int] = {"sales_order": 50, "purchase_order": 20, "design": 10}
_LONGEST_DAYS = 600

Editable = SalesOrder | PurchaseOrder | Design


def edited(chance: Dice, choices: Choices, rows: Sequence[Editable], until: date) -> list[Written]:
    """Edit a share of the rows between their creation and `until`, most of them soon; `last_updated` stays."""
    return [_edited(chance, choices, row, until) for row in rows]


def _edited(chance: Dice, choices: Choices, row: Editable, until: date) -> Written:
    if chance.randrange(_EDITED[row.table]):
        return Written(row.created_at, row)
    days = int(_LONGEST_DAYS * chance.random() ** 3)
    day = min(row.created_at.date() + timedelta(days=days), until)
    column = chance.choice(SILENT_COLUMNS[row.table])
    change: dict[str, Any] = {column: draw_change(chance, choices, column, vars(row)[column], day)}
    at = max(row.created_at, datetime.combine(day, time(12)))
    return Written(at, replace(row, **change))
