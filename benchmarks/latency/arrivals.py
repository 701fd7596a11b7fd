"""Looking for changes in the warehouse, as any reader would."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import psycopg
from psycopg import sql

from benchmarks.latency.changes import Change, Sign

# A version that was superseded before it was loaded never shows; the later one that did shows it arrived.
_SEEN = "SELECT {key}, {mark} FROM {table} WHERE {key} = ANY(%s) AND {shown}"
_SHOWN = {"fact": "is_current", "dim": "NOT is_inferred"}


class Warehouse:
    """A reader of the warehouse, on an open autocommit connection."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._seen: set[Sign] = set()

    def arrived(self, changes: Iterable[Change]) -> list[Change]:
        """Those of the changes all of whose signs are visible."""
        changes = list(changes)
        wanted: dict[tuple[str, str, str], list[Sign]] = defaultdict(list)
        for sign in {sign for change in changes for sign in change.signs} - self._seen:
            wanted[sign.table, sign.key_column, sign.mark_column].append(sign)
        for where, signs in wanted.items():
            marks = self._marks(*where, [sign.key for sign in signs])
            self._seen.update(sign for sign in signs if marks.get(sign.key, -1) >= sign.mark)
        return [change for change in changes if self._seen.issuperset(change.signs)]

    def _marks(self, table: str, key: str, mark: str, keys: list[int]) -> dict[int, int]:
        query = sql.SQL(_SEEN).format(
            table=sql.Identifier(table),
            key=sql.Identifier(key),
            mark=sql.Identifier(mark),
            shown=sql.SQL(_SHOWN[table.partition("_")[0]]),
        )
        return {number: _number(shown) for number, shown in self._connection.execute(query, [keys])}


def _number(shown: int | Decimal | str) -> int:
    if isinstance(shown, str):
        word, _, number = shown.partition(" ")
        return int(number) if word == "Mark" else -1
    return int(shown)
