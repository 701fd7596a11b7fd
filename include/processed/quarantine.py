"""Rows that break their table's declaration: kept whole, with the rule that each breaks, beside those that load."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

from include.catalog.model import Table
from include.processed.parse import Parsed, expected

_SHOWN = 200  # characters of a value in a rule; the row itself is kept whole


@dataclass(frozen=True, kw_only=True)
class Quarantined:
    """A row set aside: its natural key as text, the rules it breaks in words, and its raw texts by column."""

    natural_key: str
    rules: tuple[str, ...]
    row: dict[str, str | None]


def set_aside(table: Table, texts: pa.Table, columns: Iterable[Parsed], refused: pa.Array) -> list[Quarantined]:
    """The refused rows of a batch, with everything that is known about them."""
    masks = [None if parsed.refused is None else parsed.refused.to_pylist() for parsed in columns]
    rows = texts.to_pylist()
    return [
        Quarantined(natural_key=_key(table, rows[at]), rules=_rules(table, rows[at], masks, at), row=rows[at])
        for at in pc.indices_nonzero(refused).to_pylist()
    ]


def write_lines(body: IO[bytes], quarantined: Iterable[Quarantined]) -> None:
    """One JSON object a line."""
    for row in quarantined:
        body.write(json.dumps(asdict(row), ensure_ascii=False).encode() + b"\n")


def read_lines(body: IO[bytes]) -> Iterator[Quarantined]:
    """What ``write_lines`` wrote."""
    for line in body:
        stored = json.loads(line)
        yield Quarantined(natural_key=stored["natural_key"], rules=tuple(stored["rules"]), row=stored["row"])


def _key(table: Table, row: dict[str, str | None]) -> str:
    return ",".join(row[name] or "" for name in table.key_sources)


def _rules(table: Table, row: dict[str, str | None], masks: list[list[bool] | None], at: int) -> tuple[str, ...]:
    return tuple(
        f"{column.source_name} is {_shown(row[column.source_name])}, expected {expected(column)}"
        for column, mask in zip(table.columns, masks, strict=True)
        if mask is not None and mask[at]
    )


def _shown(text: str | None) -> str:
    if text is None:
        return "NULL"
    return repr(text) if len(text) <= _SHOWN else f"{text[:_SHOWN]!r} and {len(text) - _SHOWN} characters more"
