"""How rows are spelled, batch by batch: as JSON, exactly, and as CSV, which people open in spreadsheets."""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial
from typing import Any

from include.analytics.reading import Batch

# What a spreadsheet would execute (https://owasp.org/www-community/attacks/CSV_Injection); numbers and telephone
# numbers it would not.
_FORMULA = re.compile(r"[=@\t\r]|[+-](?![\d\s().,eE+/-]*\Z)")


def as_csv(names: Sequence[str], first: Batch, batches: Iterator[Batch]) -> Iterator[bytes]:
    """Rows as CSV with a header line, a piece a batch."""
    text = io.StringIO()
    written = csv.writer(text, lineterminator="\r\n")
    if names:
        written.writerow(names)
    for batch in _all(first, batches):
        written.writerows([_cell(value) for value in row] for row in batch)
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _cell(value: Any) -> Any:
    if isinstance(value, list):
        value = " ".join(map(str, value))
    if isinstance(value, str):
        return f"'{value}" if _FORMULA.match(value) else value
    if isinstance(value, datetime):
        return _instant(value)
    return value.isoformat() if isinstance(value, date | time) else value


def as_json(
    members: Mapping[str, Any], names: Sequence[str], first: Batch, batches: Iterator[Batch]
) -> Iterator[bytes]:
    """An object of ``members``, and the rows as its member `rows`, a piece a batch."""
    encode = partial(json.dumps, default=_plain, ensure_ascii=False, separators=(",", ":"))
    yield f'{encode(members)[:-1]},"rows":['.encode()
    comma = ""
    for batch in _all(first, batches):
        rows = ",".join(encode(dict(zip(names, row, strict=True))) for row in batch)
        if rows:
            yield f"{comma}{rows}".encode()
            comma = ","
    yield b"]}"


def _instant(value: datetime) -> str:
    """As pydantic spells it: in UTC, with a Z."""
    return value.isoformat().replace("+00:00", "Z")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _instant(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON of ours")


def _all(first: Batch, batches: Iterator[Batch]) -> Iterator[Batch]:
    yield first
    yield from batches
