"""Rows of one file, as text, each with its number: so that whatever a check finds can be named."""

from dataclasses import dataclass
from typing import NoReturn

import pyarrow as pa
import pyarrow.compute as pc

from include.processed.covid.finding import Check, Finding, refuse, shown, warning


@dataclass(frozen=True)
class Rows:
    """Some rows of a file: ``texts`` has its columns as strings, ``numbers`` each row's number (the header is row 1).

    Rows that are altogether empty are not counted.
    """

    file: str
    texts: pa.RecordBatch
    numbers: pa.Array

    def __len__(self) -> int:
        return int(self.texts.num_rows)

    def __getitem__(self, column: str) -> pa.Array:
        return self.texts[column]

    def where(self, mask: pa.Array) -> "Rows":
        """The rows for which ``mask`` is true."""
        return Rows(self.file, self.texts.filter(mask), self.numbers.filter(mask))

    def ordered(self, positions: pa.Array) -> "Rows":
        """The rows at these positions, in this order."""
        return Rows(self.file, self.texts.take(positions), self.numbers.take(positions))

    def refuse_where(self, mask: pa.Array, check: Check, column: str, expected: str) -> None:
        """Raise ``ContractError`` about the first row for which ``mask`` is true, if there is one."""
        position = pc.index(mask, True).as_py()
        if position >= 0:
            self.refuse(position, check, column, expected)

    def refuse(self, position: int, check: Check, column: str, expected: str, found: str = "") -> NoReturn:
        """Raise ``ContractError`` about the row at a position; what was found is its value, if not given."""
        found = found or shown(self[column][position].as_py())
        refuse(check, self.file, found=found, expected=expected, column=column, row=self.numbers[position].as_py())

    def warning(self, position: int, check: Check, column: str, says: str) -> Finding:
        """A finding about the row at a position."""
        value, row = self[column][position].as_py(), self.numbers[position].as_py()
        return warning(check, self.file, column, row, value, says)
