"""What happens in the shop on a day, and how often."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kinds of event."""

    SALE = "sale"
    PURCHASE = "purchase"
    COLLECTION = "collection"
    SILENT_EDIT = "silent edit"
    DEPARTMENT_EDIT = "department edit"
    ADDRESS_EDIT = "address edit"
    COUNTERPARTY_EDIT = "counterparty edit"
    STAFF_EDIT = "staff edit"
    DESIGN = "design"


PER_DAY: dict[Kind, float] = {
    Kind.SALE: 15,
    Kind.PURCHASE: 6,
    Kind.COLLECTION: 1,
    Kind.SILENT_EDIT: 1.5,
    Kind.DEPARTMENT_EDIT: 0.5,
    Kind.ADDRESS_EDIT: 0.5,
    Kind.COUNTERPARTY_EDIT: 0.25,
    Kind.STAFF_EDIT: 0.25,
    Kind.DESIGN: 1,
}
"""Events of each kind in a working day. Edits of departments and the like are rarer in the real shop."""

WORKING_DAY_S = 10 * 3600
"""The length of a working day, 08 to 18 h, in seconds."""


@dataclass(frozen=True)
class Event:
    """One committed transaction of the shop: the rows of `table` that it wrote, and a sentence about it."""

    kind: Kind
    table: str
    ids: tuple[int, ...]
    text: str
    column: str | None = None
    """The edited column; None where rows were inserted."""
    moves_last_updated: bool = True

    def __str__(self) -> str:
        """Return the event as one line."""
        return f"{self.kind:<17} {self.text}"
